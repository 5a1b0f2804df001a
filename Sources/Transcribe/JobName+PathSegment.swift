extension JobName {
    /// Checks a name as it stands between two slashes of a URL path, percent-decoding it exactly once
    /// (RFC 3986 §2.4): `%2E` is a dot, `%252E` is refused for its `%`. A `+` is a plus sign, not a space.
    ///
    /// A name without `%` costs no allocation beyond its own string.
    public init(pathSegment: Span<UInt8>) throws(JobNameError) {
        guard Self.isEncoded(pathSegment) else {
            try Self.check(pathSegment)
            text = String(copying: try! UTF8Span(validating: pathSegment))  // what was checked is ASCII
            return
        }
        let decoded = try Self.percentDecoded(pathSegment)
        try Self.check(decoded.span)
        text = String(decoding: decoded, as: UTF8.self)
    }

    private static func isEncoded(_ bytes: Span<UInt8>) -> Bool {
        for index in bytes.indices where bytes[index] == UInt8(ascii: "%") { return true }
        return false
    }

    private static func percentDecoded(_ encoded: Span<UInt8>) throws(JobNameError) -> [UInt8] {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(encoded.count)
        var index = 0
        while index < encoded.count {
            guard encoded[index] == UInt8(ascii: "%") else {
                decoded.append(encoded[index])
                index += 1
                continue
            }
            guard index + 2 < encoded.count, let high = hexDigit(encoded[index + 1]),
                let low = hexDigit(encoded[index + 2])
            else { throw .badPercentEncoding(position: decoded.count + 1) }
            decoded.append(high << 4 | low)
            index += 3
        }
        return decoded
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
