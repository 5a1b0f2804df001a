import Expat
import Testing

@Suite struct XMLElementTests {
    private func root(
        _ text: String, sizeLimit: Int = 1 << 16, depthLimit: Int = 32
    ) throws(XMLError) -> XMLElement {
        try XMLElement.root(of: Array(text.utf8), sizeLimit: sizeLimit, depthLimit: depthLimit)
    }

    @Test func findsTextByPath() throws {
        let root = try root(
            """
            <?xml version="1.0"?>
            <!-- an answer -->
            <Response xmlns="https://example.com/">
              <Result><Key id="1">AKID</Key><Key>second</Key></Result>
              <Empty/>
            </Response>
            """)
        #expect(root.name == "Response")
        #expect(root.text(at: "Result", "Key") == "AKID")
        #expect(root["Result"]?.children.map(\.text) == ["AKID", "second"])
        #expect(root.text(at: "Empty") == "")
        #expect(root.text(at: "Key") == nil)
        #expect(root.text(at: "Result", "Key", "Key") == nil)
    }

    @Test(arguments: [
        ("<a>x&amp;y&lt;&#65;&#x42;</a>", "x&y<AB"),
        ("<a>one<b>two</b>three</a>", "onethree"),
        ("<a><![CDATA[<b>&amp;]]></a>", "<b>&amp;"),
        ("<a> \n </a>", " \n "),
        ("<?xml version='1.0' encoding='ISO-8859-1'?><a>z</a>", "z"),
        ("\u{FEFF}<a>€</a>", "€"),
        ("<a>one<?php two?>three</a>", "onethree"),
    ])
    func readsTextAsXMLSays(document: String, text: String) throws {
        #expect(try root(document).text == text)
    }

    @Test func readsOtherEncodings() throws {
        let latin = Array("<?xml version='1.0' encoding='ISO-8859-1'?><a>".utf8) + [0xE9] + Array("</a>".utf8)
        #expect(try XMLElement.root(of: latin).text == "é")
        let wide: [UInt8] =
            [0xFF, 0xFE]
            + Array("<a>é</a>".utf16).flatMap { unit -> [UInt8] in
                [UInt8(unit & 0xFF), UInt8(unit >> 8)]
            }
        #expect(try XMLElement.root(of: wide).text == "é")
    }

    @Test(arguments: [
        ("", 1), ("no markup", 1), ("<a>", 1), ("<a></b>", 1), ("<a/><b/>", 1), ("<a>&unknown;</a>", 1), ("<a\n\n<", 3),
        ("<a b='1' b='2'/>", 1), ("<a>\u{1}</a>", 1), ("<x:a>\n</x:b>", 2),
        ("<?xml version='1.0' encoding='UNHEARD-OF'?><a/>", 1),
    ])
    func refusesWhatIsNotWellFormed(document: String, line: Int) {
        #expect(throws: XMLError.malformed(line: line)) { try root(document) }
    }

    @Test func refusesBytesThatAreNoText() {
        #expect(throws: XMLError.malformed(line: 1)) { try XMLElement.root(of: Array("<a>".utf8) + [0xC3, 0x28]) }
    }

    @Test(arguments: [
        "<!DOCTYPE a><a/>",
        "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>",
        "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>",
        "<!DOCTYPE html PUBLIC '-//W3C//DTD XHTML 1.0 Transitional//EN' 'http://www.w3.org/x.dtd'><html/>",
    ])
    func refusesADocumentType(document: String) {
        #expect(throws: XMLError.documentType) { try root(document) }
    }

    @Test func readsADocumentOfExactlyTheLargestSizeAndNoneBeyond() throws {
        let document = "<a>" + String(repeating: "x", count: 93) + "</a>"
        #expect(try root(document, sizeLimit: 100).text.count == 93)
        #expect(throws: XMLError.tooLarge(limit: 99)) { try root(document, sizeLimit: 99) }
    }

    @Test func readsADocumentOfExactlyTheLargestDepthAndNoneBeyond() throws {
        let document = String(repeating: "<a>", count: 5) + "x" + String(repeating: "</a>", count: 5)
        #expect(try root(document, depthLimit: 5).text(at: "a", "a", "a", "a") == "x")
        #expect(throws: XMLError.tooDeep(limit: 4)) { try root(document, depthLimit: 4) }
    }

    @Test func endsWithTheFirstElementThatIsTooDeep() {
        let document = String(repeating: "<a>", count: 20_000)
        #expect(throws: XMLError.tooDeep(limit: 32)) { try root(document) }
    }

    @Test func showsNamesAlone() throws {
        let root = try root("<a><SecretAccessKey>HUSH</SecretAccessKey>HUSH</a>")
        var text = "\(root)" + String(reflecting: root)
        dump(root, to: &text)
        #expect(text.contains("a(SecretAccessKey)"))
        #expect(!text.contains("HUSH"))
    }

    @Test(arguments: [
        (XMLError.tooLarge(limit: 9), "is larger than 9 bytes"),
        (.tooDeep(limit: 3), "nests its elements deeper than 3"),
        (.documentType, "declares a document type"),
        (.malformed(line: 2), "is not well-formed XML in line 2"),
    ])
    func saysWhatIsWrong(error: XMLError, text: String) {
        #expect(error.description == text)
    }
}
