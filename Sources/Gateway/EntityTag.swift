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
        var field = FieldBlock()
        append(to: &field)
        return field[.eTag] ?? ""
    }

    func append(to fields: inout FieldBlock) {
        fields.append(starting: .eTag) { value in
            value.write(high, hexadecimalDigits: 16)
            value.write(UInt64(low), hexadecimalDigits: 8)
            value.write("\"")
        }
    }
}

extension FieldStart {
    fileprivate static let eTag = FieldStart(HTTPField.Name.eTag, "\"")
}
