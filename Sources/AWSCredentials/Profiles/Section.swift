/// The properties below one heading of a shared file. Keys are lower-case.
package struct Section: Sendable, Equatable {
    /// As the file has them: blank ones too.
    package private(set) var properties: [String: String] = [:]

    /// The property's value, or nil where it is absent or blank.
    package func value(of key: String) -> String? { properties.value(of: key) }

    /// The indented `name = value` lines below a property.
    package func subproperties(of key: String) -> [String: String] {
        var found: [String: String] = [:]
        for line in (properties[key] ?? "").split(separator: "\n") {
            guard let equals = line.firstIndex(of: "=") else { continue }
            found[line[..<equals].trimmed.lowercased()] = String(line[line.index(after: equals)...].trimmed)
        }
        return found
    }

    mutating func set(_ key: String, to value: Substring) {
        properties[key] = String(value)
    }

    mutating func append(_ line: Substring, to key: String) {
        properties[key, default: ""] += "\n" + line
    }

    /// All properties but these.
    func without(_ keys: Set<String>) -> Section {
        var rest = self
        rest.properties = properties.filter { !keys.contains($0.key) }
        return rest
    }

    /// The other's values win.
    func merged(with other: Section) -> Section {
        var merged = self
        merged.properties.merge(other.properties) { _, new in new }
        return merged
    }
}

extension Section: CustomStringConvertible, CustomReflectable {
    /// The keys alone: values can be secrets.
    package var description: String { "Section(\(properties.keys.sorted()))" }

    /// Empty, so that `dump` shows no value either.
    package var customMirror: Mirror { Mirror(self, children: []) }
}
