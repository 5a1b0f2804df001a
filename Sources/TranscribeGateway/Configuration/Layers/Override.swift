/// A value given on the command line, under the name it has there.
struct Override: Equatable, Sendable {
    /// As a message says it: `--port`, or `--set listen.port`.
    let option: String
    let key: String
    /// `nil` if the user left out `=VALUE`.
    let value: String?

    /// For an option of its own: `Override(option: "--port", key: "listen.port", value: "80")`.
    init(option: String, key: String, value: String?) {
        self.option = option
        self.key = key
        self.value = value
    }

    /// For the argument of `--set`, `KEY=VALUE`.
    init(set assignment: String) {
        let parts = assignment.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        // Where the user wrote `:` for `=`, what follows may be a secret: only what looks like a key is a name.
        let name = parts[0].prefix { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) }
        let key = name.count == parts[0].count ? parts[0] : "\(name)…"
        self.init(option: "--set \(key)", key: key, value: parts.count == 2 ? parts[1] : nil)
    }
}
