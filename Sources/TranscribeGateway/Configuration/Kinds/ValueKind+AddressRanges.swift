import HTTPExchange

extension ValueKind where Value == [AddressRange] {
    /// At least one range of addresses.
    static let addressRanges = Self(
        allowed: "IPv4 or IPv6 addresses or ranges without bits below their prefix, such as 10.0.0.0/8, "
            + "separated by commas", isList: true
    ) { text in
        var ranges: [AddressRange] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let range = AddressRange(part.trimmingSpaces) else { return nil }
            ranges.append(range)
        }
        return ranges
    }

    /// The same, or `none`.
    static let addressRangesOrNone = Self(allowed: "none, or \(addressRanges.allowed)", isList: true) { text in
        text == "none" ? [] : addressRanges.parse(text)
    }
}
