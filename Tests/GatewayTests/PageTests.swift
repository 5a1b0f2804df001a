import HTTPExchange
import Testing

@testable import Gateway

@Suite struct PageTests {
    @Test func escapesTextAndAttributes() {
        let piece = HTML.element("p", ["title": "\"'<&>"], .text("<script>&'\""))
        #expect(piece.text == #"<p title="&quot;&#39;&lt;&amp;&gt;">&lt;script&gt;&amp;&#39;&quot;</p>"#)
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
    ])
    func givesAPageOnlyToWhoPrefersIt(accept: String?, prefers: Bool) {
        #expect(AcceptField.prefersHTML(accept) == prefers)
    }

    @Test(arguments: ProblemType.allCases)
    func explainsEveryProblem(type: ProblemType) {
        #expect(!type.explanation.isEmpty)
        #expect(String(decoding: Page(type).body.bytes, as: UTF8.self).contains("<h1>"))
    }
}
