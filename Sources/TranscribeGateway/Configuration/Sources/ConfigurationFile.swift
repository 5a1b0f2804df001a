import Formats
import Glibc
import OwnProcess
import Threads

/// A configuration file: one JSON object whose members are keys, dotted or nested.
struct ConfigurationFile: Equatable, Sendable {
    /// In bytes.
    private static let sizeLimit = 1 << 20

    /// As messages name it.
    let path: String
    private(set) var values: [String: String] = [:]
    private(set) var problems: [ConfigurationProblem] = []
    /// The line on which each key of ``values`` stands.
    private var lines: [String: Int] = [:]

    /// Reads the file at a path; `-` is standard input. Blocks while reading.
    ///
    /// - Parameter variable: the variable that names the path; nil: `--config` does.
    init(readingFrom path: String, namedBy variable: String? = nil, definitions: [SettingDefinition]) {
        let name = path == "-" ? "standard input" : path
        let title = variable.map { "\(name) (\($0))" } ?? name
        do throws(SystemCallError) {
            let contents = try InputFile.bytes(of: path, upTo: Self.sizeLimit)
            self.init(path: name, title: title, contents: contents, definitions: definitions)
        } catch {
            let source = variable ?? "--config"
            self.init(path: path.isJSON ? source : name)
            problems =
                path.isJSON
                ? [.contentAsPath(source)] : [.unreadableFile(path: title, ConfigurationFileError(reading: error))]
        }
    }

    /// Parses the contents of a file.
    ///
    /// - Parameter title: names the file where it cannot be used as a whole.
    init(path: String, title: String? = nil, contents: [UInt8], definitions: [SettingDefinition]) {
        self.init(path: path)
        do throws(ConfigurationFileError) {
            let members = try Self.members(in: contents)
            take(members, under: "", Dictionary(uniqueKeysWithValues: definitions.map { ($0.key, $0) }))
        } catch {
            problems = [.unreadableFile(path: title ?? path, error)]
        }
    }

    private init(path: String) {
        self.path = path
    }

    private static func members(in contents: [UInt8]) throws(ConfigurationFileError) -> [JSONValue.Member] {
        guard contents.count <= sizeLimit else { throw .tooLarge(limit: sizeLimit) }
        let root: JSONValue
        do throws(JSONError) { root = try JSONReader.value(of: contents) } catch { throw .notJSON(error) }
        guard case .object(let members) = root else { throw .notAnObject(found: root.typeName) }
        return members
    }

    /// Takes the members in their order, so that equal files give equal messages.
    private mutating func take(
        _ members: [JSONValue.Member], under prefix: String, _ known: [String: SettingDefinition]
    ) {
        var seen: [String: Int] = [:]
        for member in members {
            let key = prefix + member.name
            if let first = seen.updateValue(member.line, forKey: member.name) {
                problems.append(repeated(key, on: first, and: member.line))
            } else {
                take(member, as: key, known)
            }
        }
    }

    private mutating func take(_ member: JSONValue.Member, as key: String, _ known: [String: SettingDefinition]) {
        let isSection = known.keys.contains { $0.utf8.starts(with: "\(key).".utf8) }
        if let setting = known[key] {
            take(member, for: setting)
        } else if case .object(let section) = member.value, isSection || !section.isEmpty {
            take(section, under: "\(key).", known)
        } else if isSection {
            problems.append(
                .wrongType("\(key) in \(path)", found: member.value.typeName, allowed: "an object of settings"))
        } else {
            problems.append(.unknown("\(key) in \(path)", suggestion: key.suggestion(among: known.keys)))
        }
    }

    private mutating func take(_ member: JSONValue.Member, for setting: SettingDefinition) {
        let key = setting.key
        if let first = lines[key] { return problems.append(repeated(key, on: first, and: member.line)) }
        lines[key] = member.line
        if let text = member.value.text(isList: setting.isList) {
            values[key] = text
        } else {
            problems.append(.wrongType("\(key) in \(path)", found: member.value.typeName, allowed: setting.allowed))
        }
    }

    private func repeated(_ key: String, on first: Int, and second: Int) -> ConfigurationProblem {
        let place = first == second ? "line \(first)" : "lines \(first) and \(second)"
        return .repeated(key: key, places: "in \(path), \(place)")
    }
}

extension String {
    /// Whether a path looks like what a file holds: an object or an array. It may have a secret.
    fileprivate var isJSON: Bool {
        let first = utf8.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
        return first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
    }
}

/// Why a configuration file can't be used.
enum ConfigurationFileError: Error, Equatable, Sendable {
    case missing
    case forbidden
    case unreadable(reason: String)
    case tooLarge(limit: Int)
    case notJSON(JSONError)
    case notAnObject(found: String)

    init(reading error: SystemCallError) {
        switch error.code {
        case ENOENT: self = .missing
        case EACCES: self = .forbidden
        default: self = .unreadable(reason: "\(error)")
        }
    }
}

extension ConfigurationFileError: CustomStringConvertible {
    var description: String {
        switch self {
        case .missing: "does not exist"
        case .forbidden: "may not be read by this user"
        case .unreadable(let reason): "cannot be read: \(reason)"
        case .tooLarge(let limit): "is larger than \(limit) bytes"
        case .notJSON(let error):
            "is not valid JSON: line \(error.line), column \(error.column) should have \(error.expected)"
        case .notAnObject(let found):
            "must hold a JSON object, such as {\"listen\": {\"port\": 8080}}, but holds \(found)"
        }
    }
}
