import SigV4

/// A time as AWS's JSON may spell it: seconds since 1970 as a number in any form or as a string of one, or an
/// ISO 8601 string. It is read to the millisecond.
extension Timestamp {
    /// A time that cannot be written as RFC 3339 (years 0000 to 9999) is refused rather than moved.
    init?(wireSeconds seconds: Double) {
        guard (-62_167_219_200.0..<253_402_300_800.0).contains(seconds) else { return nil }
        self.init(secondsSinceEpoch: seconds)
    }

    init?(wireText text: String) {
        if let time = Timestamp(rfc3339: text) {
            self = time
            return
        }
        // Swift reads "nan", "0x1p3" and the like as numbers too; no JSON number looks like that.
        guard text.utf8.allSatisfy(Self.isNumberCharacter), let seconds = Double(text) else { return nil }
        self.init(wireSeconds: seconds)
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
}
