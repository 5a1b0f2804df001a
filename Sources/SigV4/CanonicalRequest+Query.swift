extension [UInt8] {
    /// Appends the query of a request line in canonical form: names and values percent-encoded afresh, always with
    /// `=`, sorted by encoded name and then by encoded value. (Not by `name=value`: `=` sorts after `-`.)
    mutating func append(canonicalQuery query: Substring.UTF8View) {
        let parameters = query.split(separator: UInt8(ascii: "&")).map(Parameter.init).sorted(by: <)
        for (index, parameter) in parameters.enumerated() {
            if index > 0 { append(UInt8(ascii: "&")) }
            append(contentsOf: parameter.name)
            append(UInt8(ascii: "="))
            append(contentsOf: parameter.value)
        }
    }
}

/// A query parameter, canonically encoded.
private struct Parameter {
    let name: [UInt8]
    let value: [UInt8]

    init(_ text: Substring.UTF8View) {
        let equals = text.firstIndex(of: UInt8(ascii: "=")) ?? text.endIndex
        name = reencoded(text[..<equals])
        value = reencoded(text[equals...].dropFirst())
    }

    static func < (left: Parameter, right: Parameter) -> Bool {
        left.name == right.name
            ? left.value.lexicographicallyPrecedes(right.value) : left.name.lexicographicallyPrecedes(right.name)
    }
}

/// The one canonical spelling of a text that may be encoded, partly encoded or raw.
private func reencoded(_ text: Substring.UTF8View) -> [UInt8] {
    var encoded: [UInt8] = []
    encoded.append(percentEncoding: percentDecoded(text))
    return encoded
}
