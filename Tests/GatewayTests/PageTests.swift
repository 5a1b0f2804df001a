import HTTPExchange
import Testing

@testable import Gateway

@Suite struct PageTests {
    @Test func escapesTextAndAttributes() {
        let piece = HTML.element("p", ["title": "\"'<&>"], .text("<script>&'\""))
        #expect(piece.text == #"<p title="&quot;&#39;&lt;&amp;&gt;">&lt;script&gt;&amp;&#39;&quot;</p>"#)
    }

    /// A mark that combines with a delimiter makes one Character of both.
    @Test(arguments: [
        ("\u{600}<meta", "\u{600}&lt;meta"), ("\"\u{301}", "&quot;\u{301}"),
        ("<\u{301}b>\u{301}", "&lt;\u{301}b&gt;\u{301}"),
        ("'\u{200D}&\u{301}", "&#39;\u{200D}&amp;\u{301}"), ("é<ü", "é&lt;ü"),
    ])
    func escapesWhatACombiningMarkWouldHide(text: String, escaped: String) {
        #expect(Array(HTML.text(text).text.utf8) == Array(escaped.utf8))
        #expect(HTML.element("p", ["title": text]).text.utf8.elementsEqual("<p title=\"\(escaped)\"></p>".utf8))
    }

    @Test func endsOnlyElementsThatHaveAnEnd() {
        #expect(HTML.element("br").text == "<br>")
        #expect(HTML.element("dl", [:], [.element("dt", [:], .text("a"))]).text == "<dl><dt>a</dt></dl>")
    }

    @Test(arguments: [
        (nil, false), ("", false), ("*/*", false), ("application/json", false), ("text/html", true), ("text/*", true),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", true),
        ("text/html;q=0.5, application/json;q=0.4", true), ("text/html;q=0.5, application/json;q=0.5", false),
        ("text/html, application/json", false), ("application/*, text/html;q=0.9", false), ("TEXT/HTML; Q=1.0", true),
        ("text/html;q=0", false), ("text/html;q=x", true), ("text/html;level=1;q=0.2, */*;q=0.1", true), (",;,", false),
        // A mark that combines with a delimiter hides it from no one.
        ("a/b,\u{301},text/html", true), ("\u{600},text/html", true), ("text/html\u{301};q=1, */*;q=0.5", false),
        ("text/html;\u{301}x=1;q=0, */*;q=0.5", false), ("text/html;q=\u{301}0", true),
    ])
    func givesAPageOnlyToWhoPrefersIt(accept: String?, prefers: Bool) {
        #expect((AcceptField.preference(in: accept) != .document) == prefers)
    }

    @Test(arguments: [
        ("text/html;q=0.5001, */*;q=0.5", false), ("text/html;q=0.501, */*;q=0.5", true), ("text/html;q=1.5", true),
        ("text/html;q=0., */*;q=0", false), ("text/html;q=.5, */*;q=0.9", false), ("text/html;q=0.000", false),
        ("text/html;q=., */*;q=0.9", true), ("text/html;q=0.5.1, */*;q=0.9", true),
        ("text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", true),
    ])
    func readsAWeightToThousandths(accept: String, prefers: Bool) {
        #expect((AcceptField.preference(in: accept) != .document) == prefers)
    }

    @Test func readsNoMoreOfAcceptThanAnHonestClientSends() {
        func accept(after count: Int, _ filler: String) -> String {
            String(repeating: filler, count: count) + "text/html"
        }
        #expect(AcceptField.preference(in: accept(after: 63, "a/b,")) == .onlyPage)
        #expect(AcceptField.preference(in: accept(after: 64, "a/b,")) == .document)
        #expect(AcceptField.preference(in: accept(after: 5_000, " ")) == .document)
        let parameters = { String(repeating: ";a=b", count: $0) }
        #expect(AcceptField.preference(in: "text/html\(parameters(7));q=0") == .document)
        #expect(AcceptField.preference(in: "text/html\(parameters(8));q=0") == .onlyPage)
    }

    @Test(arguments: ProblemType.allCases)
    func explainsEveryProblem(type: ProblemType) {
        #expect(!type.explanation.isEmpty)
        #expect(String(decoding: Page(type).body.bytes, as: UTF8.self).contains("<h1>"))
    }
}
