import FoundationEssentials

/// A configuration file: one JSON object whose members are keys, dotted or nested.
struct ConfigurationFile: Equatable, Sendable {
    let path: String
    private(set) var values: [String: String] = [:]
    private(set) var problems: [ConfigurationProblem] = []

    /// Reads the file at a path. Blocks while reading.
    init(readingFrom path: String, catalogue: [Setting]) {
        do {
            self.init(path: path, contents: try Data(contentsOf: URL(filePath: path)), catalogue: catalogue)
        } catch {
            self.init(path: path, fault: FileFault(reading: error))
        }
    }

    /// Reads a file's contents against the keys there are.
    init(path: String, contents: Data, catalogue: [Setting]) {
        switch try? JSONDecoder().decode(JSONValue.self, from: contents) {
        case .object(let members):
            self.init(path: path)
            take(members, under: "", Dictionary(uniqueKeysWithValues: catalogue.map { ($0.key, $0) }))
        case let root?:
            self.init(path: path, fault: .notAnObject(found: root.typeName))
        case nil:
            self.init(path: path, fault: .notJSON)
        }
    }

    private init(path: String, fault: FileFault? = nil) {
        self.path = path
        problems = fault.map { [.unreadableFile(path: path, $0)] } ?? []
    }

    /// In the order of names, so that equal files give equal messages.
    private mutating func take(_ members: [String: JSONValue], under prefix: String, _ known: [String: Setting]) {
        for (name, value) in members.sorted(by: { $0.key < $1.key }) {
            let key = prefix + name
            let isSection = known.keys.contains { $0.hasPrefix("\(key).") }
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

    private mutating func take(_ value: JSONValue, for setting: Setting) {
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
