extension JobName {
    /// Checks a name as it stands between two slashes of a URL path, percent-decoding it exactly once
    /// (RFC 3986 §2.4): `%2E` is a dot, `%252E` is refused for its `%`. A `+` is a plus sign, not a space.
    ///
    /// A name without `%` costs no allocation beyond its own string.
    public init(pathSegment: Substring) throws(JobNameError) {
        if pathSegment.utf8.contains(UInt8(ascii: "%")) {
            let decoded = try Self.percentDecoded(pathSegment.utf8)
            try Self.check(decoded)
            text = String(decoding: decoded, as: UTF8.self)
        } else {
            try Self.check(pathSegment.utf8)
            text = String(pathSegment)
        }
    }

    private static func percentDecoded(_ encoded: Substring.UTF8View) throws(JobNameError) -> [UInt8] {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(encoded.count)
        var bytes = encoded.makeIterator()
        while let byte = bytes.next() {
            guard byte == UInt8(ascii: "%") else {
                decoded.append(byte)
                continue
            }
            guard let high = bytes.next().flatMap(hexDigit), let low = bytes.next().flatMap(hexDigit) else {
                throw .badPercentEncoding(position: decoded.count + 1)
            }
            decoded.append(high << 4 | low)
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
