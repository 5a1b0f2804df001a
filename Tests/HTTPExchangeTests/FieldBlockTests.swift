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
}
