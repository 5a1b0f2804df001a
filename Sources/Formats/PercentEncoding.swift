extension [UInt8] {
    /// Appends `bytes`, every one but the unreserved (RFC 3986 §2.3) as `%XX` with capital digits.
    package mutating func append(percentEncoding bytes: some Sequence<UInt8>) {
        for byte in bytes {
            if byte.isUnreserved {
                append(byte)
            } else {
                append(UInt8(ascii: "%"))
                append(byte.hexadecimalDigits(.upper).high)
                append(byte.hexadecimalDigits(.upper).low)
            }
        }
    }
}

/// The bytes that a percent-encoded text stands for; a `%` that no two digits follow stands for itself.
package func percentDecoded(_ text: Substring.UTF8View) -> [UInt8] {
    var decoded: [UInt8] = []
    var rest = text
    while let byte = rest.popFirst() {
        guard byte == UInt8(ascii: "%"), let value = UInt8(hexadecimal: rest.prefix(2)) else {
            decoded.append(byte)
            continue
        }
        decoded.append(value)
        rest.removeFirst(2)
    }
    return decoded
}

extension UInt8 {
    fileprivate var isUnreserved: Bool {
        switch self {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }
}
