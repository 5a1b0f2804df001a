import HTTPExchange
import HTTPTypes
import Testing

@Suite struct FieldBlockTests {
    @Test func keepsFieldsInOrder() {
        var block = FieldBlock()
        block.append(.eTag, "\"a\"")
        block.append(.age) { $0.write(-1_203) }
        #expect(block.lines.map(\.name) == ["ETag", "Age"])
        #expect(block[.eTag] == "\"a\"")
        #expect(block[.age] == "-1203")
        #expect(block[.vary] == nil)
    }

    @Test func keepsAnEmptyValue() {
        var block = FieldBlock()
        block.append(.allow, "")
        #expect(block[.allow] == "")
    }

    @Test(arguments: ["a\r\nSet-Cookie: b", "a\u{0}b", "a\u{1}\u{1}Set-Cookie: b", "a\u{7F}b"])
    func letsNoControlCharacterIn(value: String) {
        var block = FieldBlock()
        block.append(.location, value)
        #expect(block.lines.count == 1)
        #expect(block.bytes.filter { $0 < 0x20 || $0 == 0x7F }.count == 2)
    }

    @Test(arguments: [0, 7, 10, 4_096, Int.max, Int.min])
    func writesNumbersAsDecimals(number: Int) {
        var block = FieldBlock()
        block.append(.age) { $0.write(number) }
        #expect(block[.age] == String(number))
    }

    @Test(arguments: [0, 9, 10, 0x0123_4567_89AB_CDEF, 0xFEDC_BA98_7654_3210, .max])
    func writesNumbersInHexadecimal(number: UInt64) throws {
        var block = FieldBlock()
        block.append(.eTag) {
            $0.write(hexadecimal: number)
            $0.write(hexadecimal: UInt32(truncatingIfNeeded: number))
        }
        let text = try #require(block[.eTag])
        #expect(text.utf8.count == 24 && text == text.lowercased())
        #expect(UInt64(text.prefix(16), radix: 16) == number)
        #expect(UInt32(text.suffix(8), radix: 16) == UInt32(truncatingIfNeeded: number))
    }
}
