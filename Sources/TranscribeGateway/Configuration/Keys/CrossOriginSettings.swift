/// Which pages of other origins may read answers.
struct CrossOriginSettings: Sendable {
    let origins: Selection

    init(from reader: inout SettingsReader) {
        origins = reader.value(
            "cors.origins", .origins, default: "none",
            "web origins whose pages may read answers, such as `https://app.example`, or `*` for all")
    }
}

extension ValueKind where Value == Selection {
    /// Origins as browsers send them (RFC 6454 §6.2): a scheme, a host and perhaps a port, without a path.
    fileprivate static let origins = {
        let list = selection("origins such as https://app.example", everything: "*", element: origin)
        return Self(allowed: "none, \(list.allowed)", isList: true) { text in
            text == "none" ? .only([]) : list.parse(text)
        }
    }()

    private static func origin(_ text: String) -> String? {
        guard let scheme = ["https://", "http://"].first(where: text.hasPrefix) else { return nil }
        let host = text.dropFirst(scheme.count)
        let isPlain = host.utf8.allSatisfy { (0x21...0x7E).contains($0) && !"/?#@,\\\"".utf8.contains($0) }
        return !host.isEmpty && isPlain && host == host.lowercased() ? text : nil
    }
}
