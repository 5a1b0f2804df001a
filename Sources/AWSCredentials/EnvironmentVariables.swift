import Formats

/// Environment variables. Some are secret, so printing or reflecting the value shows none.
struct EnvironmentVariables: Sendable {
    private let values: [String: String]

    init(_ values: [String: String]) {
        self.values = values
    }

    /// The variable's value without white space around it, or nil where it is unset, empty or blank.
    func value(of name: String) -> String? { values.value(of: name) }

    /// All of them, for a child process.
    var all: [String: String] { values }

    /// The variable's value as it is.
    func verbatim(_ name: String) -> String? { values[name] }
}

extension EnvironmentVariables: CustomStringConvertible, CustomReflectable {
    var description: String { "EnvironmentVariables(\(values.count))" }

    var customMirror: Mirror { Mirror(self, children: []) }
}

extension [String: String] {
    /// The value of a variable or a property without white space around it, or nil where it is absent, empty or blank:
    /// AWS's own tools treat an empty value as unset.
    func value(of name: String) -> String? {
        guard let value = self[name]?.trimmingWhitespace, !value.isEmpty else { return nil }
        return String(value)
    }
}
