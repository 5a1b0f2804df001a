import Foundation
import Testing

@testable import TranscribeGateway

@Suite struct JSONReaderTests {
    @Test func readsEveryKindOfValue() throws {
        let text =
            "\u{FEFF} {\"a\": [1, -2.5e+3, true, false, null],\n"
            + #""b": {"": "\"\\\/\b\f\n\r\t\u00e9\uD83D\uDE00é"}}"# + "\n"
        let expected = JSONValue.object([
            .init(
                name: "a", line: 1,
                value: .array([.number("1"), .number("-2.5e+3"), .bool(true), .bool(false), .null])),
            .init(
                name: "b", line: 2,
                value: .object([.init(name: "", line: 2, value: .string("\"\\/\u{8}\u{C}\n\r\té😀é"))])),
        ])
        #expect(try JSONReader.value(of: Array(text.utf8)) == expected)
    }

    @Test(arguments: [
        ("", 1, 1), ("tru", 1, 1), ("[1,]", 1, 4), ("[1 2]", 1, 4), ("{\"a\" 1}", 1, 6), ("{\"a\":1,}", 1, 8),
        ("{a:1}", 1, 2), ("{'a':1}", 1, 2), ("[01]", 1, 3), ("[1.]", 1, 4), ("[-]", 1, 3), ("[1e]", 1, 4),
        ("[+1]", 1, 2), ("[.5]", 1, 2),
        ("\"a", 1, 3), ("\"a\nb\"", 1, 3), ("\"\\x\"", 1, 3), ("\"\\u12g4\"", 1, 6), ("\"\\uD800\"", 1, 8),
        ("\"\\uD800\\u0041\"", 1, 14), ("\"\\uDC00\"", 1, 8), ("{} x", 1, 4), ("[\n  1,\n  // no\n]", 3, 3),
        ("[1", 1, 3),
        ("{\"ä\": \"ö\" 5}", 1, 11), ("[1,\r\n\t2 3]", 2, 4), ("NaN", 1, 1), ("{\"a\":5s}", 1, 7),
    ])
    func saysWhereATextBreaksTheGrammar(text: String, line: Int, column: Int) {
        let error = #expect(throws: JSONError.self) { try JSONReader.value(of: Array(text.utf8)) }
        #expect(error.map { [$0.line, $0.column] } == [line, column], "\(text)")
        #expect(error?.expected.isEmpty == false)
    }

    @Test(arguments: [[0x22, 0xFF, 0x22], [0x22, 0xC3, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0xFF]])
    func refusesWhatIsNotUTF8(bytes: [UInt8]) {
        #expect(throws: JSONError.self) { try JSONReader.value(of: bytes) }
    }

    @Test(arguments: [(32, true), (33, false)])
    func boundsTheDepth(depth: Int, isRead: Bool) {
        let text = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        let value = try? JSONReader.value(of: Array(text.utf8))
        #expect((value != nil) == isRead)
    }

    /// As large as a file may be. Were the lines counted anew for each member, this would take many minutes.
    @Test func readsManyMembersInTimeThatGrowsWithTheirNumber() throws {
        let count = (1 << 20) / 10
        let text = "{" + (0..<count).map { "\"\(10_000 + $0)\":1" }.joined(separator: ",\n") + "}"
        var members: [JSONValue.Member] = []
        let time = try ContinuousClock().measure {
            if case .object(let all) = try JSONReader.value(of: Array(text.utf8)) { members = all }
        }
        #expect(members.count == count && members.last?.line == count)
        #expect(time < .seconds(30), "\(time)")
    }

    /// Any text with one byte changed is JSON here if, and only if, it is JSON for Foundation.
    @Test func agreesWithFoundation() throws {
        let texts = [
            #"{"listen": {"port": 8080, "hosts": ["a", "b"]}, "log.names": true, "x": null}"#,
            #"[0, -1.25, "\u00e9\n\\ é", false, {}, [], [[1]], {"a": {"b": ""}}]"#,
        ]
        // No exponents: Foundation refuses 0e2 and 4E-905.
        let alphabet = Array("{}[],:\"\\ \n019-+.trufalsnx/'é".utf8)
        var compared = 0
        for text in texts.map({ Array($0.utf8) }) {
            for place in text.indices {
                for byte in alphabet {
                    var replaced = text
                    replaced[place] = byte
                    var inserted = text
                    inserted.insert(byte, at: place)
                    var removed = text
                    removed.remove(at: place)
                    for changed in [replaced, inserted, removed] where !hasCommaAtEnd(changed) {
                        compared += 1
                        let isOurs = (try? JSONReader.value(of: changed)) != nil
                        let isTheirs = (try? JSONDecoder().decode(Anything.self, from: Data(changed))) != nil
                        #expect(isOurs == isTheirs, "\(String(decoding: changed, as: UTF8.self))")
                    }
                }
            }
        }
        #expect(compared > 10_000)
    }

    /// Foundation takes a comma before the end of an object or an array, which RFC 8259 does not have.
    private func hasCommaAtEnd(_ text: [UInt8]) -> Bool {
        String(decoding: text, as: UTF8.self).contains(/,\s*[\]}]/)
    }

    private struct Anything: Decodable {
        init(from decoder: any Decoder) throws {
            if let members = try? decoder.container(keyedBy: Name.self) {
                for name in members.allKeys { _ = try members.decode(Anything.self, forKey: name) }
            } else if var elements = try? decoder.unkeyedContainer() {
                while !elements.isAtEnd { _ = try elements.decode(Anything.self) }
            } else {
                let value = try decoder.singleValueContainer()
                let isScalar = value.decodeNil() || (try? value.decode(Bool.self)) != nil
                if !isScalar, (try? value.decode(Double.self)) == nil { _ = try value.decode(String.self) }
            }
        }
    }

    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}
