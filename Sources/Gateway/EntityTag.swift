import Crypto
import HTTPExchange
import HTTPTypes

/// A strong validator (RFC 9110 §8.8.3): 96 bits of the SHA-256 of the bytes, so that equal representations have equal ones
/// on every replica and after a restart. In numbers, because each cached job keeps one.
struct EntityTag: Sendable, Equatable {
    private let high: UInt64
    private let low: UInt32

    init(of bytes: [UInt8]) {
        let digest = SHA256.hash(data: bytes).prefix(12)
        high = digest.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
        low = digest.dropFirst(8).reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// With its quotation marks.
    var text: String {
        var text: [UInt8] = []
        text.reserveCapacity(26)
        text.append(UInt8(ascii: "\""))
        for place in stride(from: 60, through: 0, by: -4) { text.append(Self.digit(high >> place)) }
        for place in stride(from: 28, through: 0, by: -4) { text.append(Self.digit(UInt64(low) >> place)) }
        text.append(UInt8(ascii: "\""))
        return String(decoding: text, as: UTF8.self)
    }

    private static func digit(_ number: UInt64) -> UInt8 {
        let digit = UInt8(truncatingIfNeeded: number & 0xF)
        return digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") - 10 + digit
    }

    func append(to fields: inout FieldBlock) {
        fields.append(starting: .eTag) { value in
            value.write(hexadecimal: high)
            value.write(hexadecimal: low)
            value.write("\"")
        }
    }
}

extension FieldStart {
    fileprivate static let eTag = FieldStart(HTTPField.Name.eTag, "\"")
}
