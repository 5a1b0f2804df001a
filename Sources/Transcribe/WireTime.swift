import SigV4

/// A time as AWS's JSON may spell it: seconds since 1970 as a number in any form or as a string of one, or an
/// ISO 8601 string. It is read to the millisecond.
struct WireTime: Decodable {
    let timestamp: Timestamp

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        let read =
            if let seconds = try? value.decode(Double.self) {
                Self.timestamp(ofSeconds: seconds)
            } else {
                try Self.timestamp(of: value.decode(String.self))
            }
        guard let read else {
            throw DecodingError.dataCorruptedError(in: value, debugDescription: "not a time")
        }
        timestamp = read
    }

    private static func timestamp(of text: String) -> Timestamp? {
        if let timestamp = Timestamp(rfc3339: text) { return timestamp }
        // Swift reads "nan", "0x1p3" and the like as numbers too; no JSON number looks like that.
        guard text.utf8.allSatisfy(isNumberCharacter) else { return nil }
        return Double(text).flatMap(timestamp(ofSeconds:))
    }

    private static func isNumberCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "e"), UInt8(ascii: "E"):
            true
        default:
            false
        }
    }

    /// A time that cannot be written as RFC 3339 (years 0000 to 9999) is refused rather than moved.
    private static func timestamp(ofSeconds seconds: Double) -> Timestamp? {
        guard (-62_167_219_200.0..<253_402_300_800.0).contains(seconds) else { return nil }
        return Timestamp(secondsSinceEpoch: seconds)
    }
}
