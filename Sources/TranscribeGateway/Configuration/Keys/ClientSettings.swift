import HTTPExchange

/// Who asks, and who may.
struct ClientSettings: Sendable {
    let trustedProxies: [AddressRange]
    /// `nil` = everybody.
    let allow: [AddressRange]?

    init(from reader: inout SettingsReader) {
        trustedProxies = reader.value(
            "clients.trustedProxies", .addressRangesOrNone, default: "none",
            "addresses of the proxies whose `X-Forwarded-For` tells who asks, such as `10.0.0.0/8,2001:db8::/32`")
        allow = reader.value(
            "clients.allow", .optional(.addressRanges, as: "all"), default: "all",
            "addresses of the clients that are answered, seen through those proxies")
    }
}
