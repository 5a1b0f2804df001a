import Gateway
import HTTPExchange

extension ClientRule {
    init(from reader: inout SettingsReader) {
        self.init(
            trustedProxies: reader.value(
                "clients.trustedProxies", .atReload, .optional(.peers, as: "none"), default: "none",
                "addresses of the proxies whose `X-Forwarded-For` names the client, such as `10.0.0.0/8,2001:db8::/32`; "
                    + "`unix` for those on the Unix socket")
                ?? [],
            allowed: reader.value(
                "clients.allow", .atReload, .optional(.addressRanges, as: "all"), default: "all",
                "addresses of the clients that are answered, seen through those proxies; users of the Unix socket are let in by the "
                    + "rights of its file"))
    }
}

extension JobFields {
    init(from reader: inout SettingsReader) {
        let names = JobField.allCases.map(\.rawValue).joined(separator: ", ")
        let fields = reader.value(
            "jobs.fields", .atReload, .optional(.list("some of \(names)") { JobField(rawValue: $0) }, as: "all"),
            default: "all",
            "fields of a job that clients may see")
        self = fields.map(JobFields.init) ?? .full
    }
}

extension CrossOrigin {
    init(from reader: inout SettingsReader) {
        self = reader.value(
            "cors.origins", .atReload, .origins, default: "none",
            "web origins whose pages may read replies, such as `https://app.example`, or `*` for all")
    }
}

extension ValueKind where Value == CrossOrigin {
    /// Origins as browsers send them (RFC 6454 §6.2): a scheme, a host and perhaps a port, without a path.
    fileprivate static let origins: Self = {
        let list = ValueKind<[String]>.list("origins such as https://app.example", element: origin)
        let anyOrList = ValueKind<[String]?>.optional(list, as: "*").map { $0.map(CrossOrigin.only) ?? .any }
        return ValueKind<CrossOrigin?>.optional(anyOrList, as: "none").map { $0 ?? .only([]) }
    }()

    private static func origin(_ text: String) -> String? {
        let schemes = ["https://", "http://"]
        guard let scheme = schemes.first(where: { text.utf8.starts(with: $0.utf8) }) else { return nil }
        let host = text.utf8.dropFirst(scheme.utf8.count)
        return !host.isEmpty && host.allSatisfy(isHostByte) ? text : nil
    }

    /// Whether a byte may stand in the host and port of an origin. Browsers send host names in lower case.
    private static func isHostByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): false
        case 0x21...0x7E: !"/?#@,\\\"".utf8.contains(byte)
        default: false
        }
    }
}
