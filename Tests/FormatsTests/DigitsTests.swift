import Formats
import Testing

@Suite struct DigitsTests {
    @Test(arguments: [0, 7, 10, -1, 1_000_000, Int.max, Int.min])
    func writesNumbersInDecimal(number: Int) {
        #expect(String(upTo: 20) { $0.append(decimal: number) } == "\(number)")
    }

    @Test(arguments: [0, 9, 10, 0x0123_4567_89AB_CDEF, 0xFEDC_BA98_7654_3210, .max])
    func writesSixteenHexadecimalDigits(number: UInt64) {
        let text = String(hexadecimal: number)
        #expect(text.utf8.count == 16)
        #expect(UInt64(text, radix: 16) == number)
        #expect(text == text.lowercased())
    }

    @Test func writesEveryWidthOfHexadecimalNumbers() {
        #expect(String(upTo: 8) { $0.append(hexadecimal: UInt32(0x00A0_FF19)) } == "00a0ff19")
        for number in UInt16.min...UInt16.max {
            let digits = String(number, radix: 16)
            #expect(String(upTo: 4) { $0.append(shortestHexadecimal: number) } == digits)
            let padded = String(repeating: "0", count: 4 - digits.utf8.count) + digits
            #expect(String(upTo: 4) { $0.append(hexadecimal: number) } == padded)
        }
    }

    @Test func writesAndReadsEveryByteInHexadecimal() {
        let bytes = Array(UInt8.min...UInt8.max)
        let text = String(hexadecimal: bytes)
        #expect(text.hasPrefix("000102") && text.hasSuffix("fdfeff"))
        #expect([UInt8](hexadecimal: text) == bytes)
        #expect([UInt8](hexadecimal: text.uppercased()) == bytes)
    }

    @Test(arguments: ["0", "0g", "g0", "0 ", "+1", "000", "é", "０0"])
    func refusesWhatIsNoPairOfHexadecimalDigits(text: String) {
        #expect([UInt8](hexadecimal: text) == nil)
    }

    @Test(arguments: [("0", 0), ("007", 7), ("9223372036854775807", Int.max)])
    func readsDecimalNumbers(text: String, number: Int) {
        #expect(text.utf8.span.decimalValue == number)
    }

    @Test(arguments: ["", "+1", "-1", "1 ", "1e2", "9223372036854775808", "99999999999999999999", "1\u{301}", "１"])
    func refusesWhatIsNoDecimalNumber(text: String) {
        #expect(text.utf8.span.decimalValue == nil)
    }
}
