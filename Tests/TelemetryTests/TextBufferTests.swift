import Formats
import Testing

@testable import Telemetry

@Suite struct TextBufferTests {
    @Test(arguments: [0, 7, 10, -1, 1_000_000, Int.max, Int.min])
    func writesNumbersInDecimal(number: Int) {
        var buffer = TextBuffer()
        buffer.append(number)
        #expect(String(decoding: buffer.bytes, as: UTF8.self) == "\(number)")
    }

    @Test func writesATimeAgainWhenItHasChanged() {
        var buffer = TextBuffer()
        for milliseconds: Int64 in [0, 0, 1, 0] { buffer.append(Timestamp(millisecondsSinceEpoch: milliseconds)) }
        let times = ["00.000Z", "00.000Z", "00.001Z", "00.000Z"].map { "1970-01-01T00:00:\($0)" }
        #expect(String(decoding: buffer.bytes, as: UTF8.self) == times.joined())
    }

    @Test(arguments: [0, 9, 10, 0x0123_4567_89AB_CDEF, 0xFEDC_BA98_7654_3210, .max])
    func writesHashesWithSixteenDigits(number: UInt64) {
        var buffer = TextBuffer()
        buffer.append(hexadecimal: number, isQuoted: true)
        let text = String(decoding: buffer.bytes, as: UTF8.self)
        #expect(text.utf8.count == 18 && text.first == "\"" && text.last == "\"")
        #expect(UInt64(text.dropFirst().dropLast(), radix: 16) == number)
        #expect(text == text.lowercased())
    }
}
