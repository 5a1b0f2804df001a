import HTTPExchange
import HTTPTypes
import Transcribe

/// A page for people. It works without script and loads only this gateway's own style, icon and script.
struct Page {
    /// Its heading.
    let title: String
    let content: [HTML]
    /// The title of its tab, where that is not the heading.
    var tab: String?
    /// What stands in the look-up form of the page's head; nil if the page has its form elsewhere.
    var lookUp: String? = ""
    /// What the script knows of the page: attributes of the main element, whose names begin with `data-`.
    var state: [(StaticString, String)] = []
    /// Seconds after which a browser without script loads the page again; nil is never. It stands in the page and not in a
    /// header field (`Refresh`), which browsers obey with script too.
    var reload: Int?
    /// Whether the script lists what was looked up in this tab, or forgets it. Nil where the page does not know: the script
    /// does neither.
    var listsRecent: Bool?

    /// The page in UTF-8.
    var body: Body { Body(Array(document.text.utf8)) }

    private var document: HTML {
        .document(
            .element(
                "html", ["lang": "en"], .element("head", [:], head),
                .element("body", [:], [header, main, news, footer])))
    }

    private var head: [HTML] {
        let refresh = reload.map {
            HTML.element("noscript", [:], .element("meta", ["http-equiv": "refresh", "content": String($0)]))
        }
        return [
            .element("meta", ["charset": "utf-8"]),
            .element("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"]),
            .element("title", [:], .text("\(tab ?? title) · \(Self.site)")),
            .element("link", ["rel": "stylesheet", "href": "/style.css"]),
            .element("link", ["rel": "icon", "href": "/icon.svg", "type": "image/svg+xml"]),
            .element("script", ["src": "/page.js", "defer": ""]),
        ] + [refresh].compactMap { $0 }
    }

    private var header: HTML {
        let form = lookUp.map { Self.form(filledWith: $0) }
        return .element(
            "header", [:], [.element("a", ["class": "home", "href": "/"], .text(Self.site)), form].compactMap { $0 })
    }

    private var main: HTML { .element("main", with: state, [.element("h1", [:], .text(title))] + content) }

    /// Where the script writes what is new, for readers that do not see the page.
    private var news: HTML { .element("p", ["id": "news", "class": "unseen", "role": "status"]) }

    private var footer: HTML {
        let recent = HTML.element("nav", ["id": "recent", "aria-label": "Looked up in this tab", "hidden": ""])
        let links = HTML.element(
            "nav", ["aria-label": "About this gateway"],
            .link("/", "Look up a job"), .link("/docs", "API"), .link("/problems", "Problems"))
        return .element(
            "footer", with: listsRecent == false ? [("data-recent", "off")] : [],
            listsRecent == true ? [recent, links] : [links])
    }

    private static let site = "Transcription jobs"

    /// The form with which a person looks up a job.
    ///
    /// - Parameter isFirst: whether the page is there for it.
    static func form(filledWith name: String, isFirst: Bool = false) -> HTML {
        let input: [(StaticString, String)] = [
            ("id", "name"), ("name", "name"), ("value", name), ("required", ""),
            ("maxlength", String(JobName.maximumLength)), ("pattern", " *[0-9a-zA-Z._\\-]+ *"),
            ("title", "Letters, digits, '.', '_' and '-'"), ("autocomplete", "off"), ("autocapitalize", "off"),
            ("spellcheck", "false"),
        ]
        return .element(
            "form", ["action": "/jobs", "method": "get", "role": "search"],
            .element("label", ["for": "name"], .text("Job name")),
            .element("input", with: input + (isFirst ? [("autofocus", "")] : []), []),
            .element("button", [:], .text("Look up")))
    }
}

extension HTML {
    static func paragraph(_ text: String) -> HTML { .element("p", [:], .text(text)) }

    /// Small print.
    static func note(_ text: String) -> HTML { .element("p", ["class": "note"], .text(text)) }

    static func link(_ path: String, _ text: String) -> HTML { .element("a", ["href": path], .text(text)) }

    static func heading(_ text: String) -> HTML { .element("h2", [:], .text(text)) }

    /// Names with their values.
    static func list(_ rows: [(String, HTML)]) -> HTML {
        .element(
            "dl", [:], rows.flatMap { [.element("dt", [:], .text($0.0)), .element("dd", [:], $0.1)] })
    }

    /// What is shown when the reader opens it.
    static func details(_ summary: String, _ children: HTML...) -> HTML {
        .element("details", [:], [.element("summary", [:], .text(summary))] + children)
    }
}

extension FieldBlock {
    /// The fields of every page: no copy is stored, only this gateway's files are loaded, and no other page frames it.
    static let page = {
        var fields = FieldBlock()
        fields.append(.contentType, "text/html; charset=utf-8")
        fields.append(.cacheControl, "no-store")
        fields.append(.contentSecurityPolicy, contentSecurityPolicy)
        fields.append(.xFrameOptions, "DENY")
        return fields
    }()

    private static let contentSecurityPolicy = """
        default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; \
        base-uri 'none'; frame-ancestors 'none'
        """
}

extension HTTPField.Name {
    static let xFrameOptions = HTTPField.Name("X-Frame-Options")!
}
