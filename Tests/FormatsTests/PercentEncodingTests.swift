import Formats
import Testing

@Suite struct PercentEncodingTests {
    private struct Malformed: Error, Equatable {
        let position: Int
    }

    @Test func leavesTheUnreservedAloneAndEncodesEveryOtherByte() {
        let unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
        for byte in UInt8.min...UInt8.max {
            var encoded: [UInt8] = []
            encoded.append(percentEncoding: [byte])
            let digits = String(hexadecimal: [byte]).uppercased()
            let expected = unreserved.utf8.contains(byte) ? [byte] : Array("%\(digits)".utf8)
            #expect(encoded == expected)
        }
    }

    @Test(arguments: [
        ("", ""), ("a%2Fb", "a/b"), ("a%2fb", "a/b"), ("%25 2E", "% 2E"), ("%252E", "%2E"), ("a+b", "a+b"),
    ])
    func decodesOnce(encoded: String, decoded: String) throws {
        #expect(try strictlyDecoded(encoded) == Array(decoded.utf8))
        #expect(lenientlyDecoded(encoded) == Array(decoded.utf8))
    }

    @Test(arguments: [("%", 0), ("%4", 0), ("%%41", 0), ("ab%4g", 2), ("%41%", 1), ("é%2", 2)])
    func saysWhereAnEncodingIsBroken(encoded: String, position: Int) {
        #expect(throws: Malformed(position: position)) { try strictlyDecoded(encoded) }
    }

    @Test(arguments: [("%", "%"), ("%4", "%4"), ("%%41", "%A"), ("%4g", "%4g"), ("100%", "100%")])
    func canLeaveABrokenEncodingAsItIs(encoded: String, decoded: String) {
        #expect(lenientlyDecoded(encoded) == Array(decoded.utf8))
    }

    private func strictlyDecoded(_ text: String) throws(Malformed) -> [UInt8] {
        let utf8 = text.utf8
        return try [UInt8](percentDecoding: utf8.span) { (count) throws(Malformed) in throw Malformed(position: count) }
    }

    private func lenientlyDecoded(_ text: String) -> [UInt8] {
        let utf8 = text.utf8
        return [UInt8](percentDecoding: utf8.span) { _ in }
    }
}
