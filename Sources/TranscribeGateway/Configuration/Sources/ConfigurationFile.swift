import FoundationEssentials

/// A configuration file: one JSON object whose members are keys, dotted or nested.
struct ConfigurationFile: Equatable, Sendable {
    let path: String
    private(set) var values: [String: String] = [:]
    private(set) var problems: [ConfigurationProblem] = []

    /// Reads the file at a path. Blocks while reading.
    init(readingFrom path: String, definitions: [SettingDefinition]) {
        do {
            self.init(path: path, contents: try Data(contentsOf: URL(filePath: path)), definitions: definitions)
        } catch {
            self.init(path: path, error: ConfigurationFileError(reading: error))
        }
    }

    /// Parses the contents of a file.
    init(path: String, contents: Data, definitions: [SettingDefinition]) {
        switch try? JSONDecoder().decode(JSONValue.self, from: contents) {
        case .object(let members):
            self.init(path: path)
            take(members, under: "", Dictionary(uniqueKeysWithValues: definitions.map { ($0.key, $0) }))
        case let root?:
            self.init(path: path, error: .notAnObject(found: root.typeName))
        case nil:
            self.init(path: path, error: .notJSON)
        }
    }

    private init(path: String, error: ConfigurationFileError? = nil) {
        self.path = path
        problems = error.map { [.unreadableFile(path: path, $0)] } ?? []
    }

    /// Takes the members in the order of their names, so that equal files give equal messages.
    private mutating func take(
        _ members: [String: JSONValue], under prefix: String, _ known: [String: SettingDefinition]
    ) {
        for (name, value) in members.sorted(by: { $0.key < $1.key }) {
            let key = prefix + name
            let isSection = known.keys.contains { $0.utf8.starts(with: "\(key).".utf8) }
            if let setting = known[key] {
                take(value, for: setting)
            } else if case .object(let section) = value, isSection || !section.isEmpty {
                take(section, under: "\(key).", known)
            } else if isSection {
                problems.append(
                    .wrongType("\(key) in \(path)", found: value.typeName, allowed: "an object of settings"))
            } else {
                problems.append(.unknown("\(key) in \(path)", suggestion: key.suggestion(among: known.keys)))
            }
        }
    }

    private mutating func take(_ value: JSONValue, for setting: SettingDefinition) {
        let key = setting.key
        guard values[key] == nil else {
            return problems.append(.repeated(key: key, places: "in \(path), nested and dotted"))
        }
        if let text = value.text(isList: setting.isList) {
            values[key] = text
        } else {
            problems.append(.wrongType("\(key) in \(path)", found: value.typeName, allowed: setting.allowed))
        }
    }
}

/// Why a configuration file can't be used.
enum ConfigurationFileError: Equatable, Sendable {
    case missing
    case forbidden
    case unreadable
    case notJSON
    case notAnObject(found: String)

    init(reading error: any Error) {
        switch (error as? CocoaError)?.code {
        case .fileReadNoSuchFile, .fileNoSuchFile: self = .missing
        case .fileReadNoPermission: self = .forbidden
        default: self = .unreadable
        }
    }
}

extension ConfigurationFileError: CustomStringConvertible {
    var description: String {
        switch self {
        case .missing: "does not exist"
        case .forbidden: "may not be read by this user"
        case .unreadable: "cannot be read"
        case .notJSON: "is not valid JSON"
        case .notAnObject(let found):
            "must hold a JSON object, such as {\"listen\": {\"port\": 8080}}, but holds \(found)"
        }
    }
}

/// Any JSON value. A number is kept as text, because settings are parsed from text.
enum JSONValue: Equatable, Sendable {
    case null
    case bool(Bool)
    case number(String)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    /// With its article, for use in a sentence.
    var typeName: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }

    /// The text of a scalar, and of a list its elements separated by commas; `nil` for other values.
    func text(isList: Bool) -> String? {
        switch self {
        case .bool(let value): "\(value)"
        case .number(let text), .string(let text): text
        case .array(let elements) where isList: Self.list(elements)
        case .null, .array, .object: nil
        }
    }

    private static func list(_ elements: [JSONValue]) -> String? {
        let texts = elements.map { if case .string(let text) = $0 { text } else { nil as String? } }
        return texts.contains(nil) ? nil : texts.compactMap { $0 }.joined(separator: ",")
    }
}

extension JSONValue: Decodable {
    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Int64.self) {
            self = .number("\(value)")
        } else if let value = try? container.decode(Double.self) {
            self = .number("\(value)")
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([JSONValue].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }
}
