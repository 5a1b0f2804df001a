extension [String: String] {
    /// The value of a variable or a property without white space around it, or nil where it is absent, empty or blank:
    /// for AWS's own tools something empty is not set.
    func value(of name: String) -> String? {
        guard let value = self[name]?.trimmed, !value.isEmpty else { return nil }
        return String(value)
    }
}
