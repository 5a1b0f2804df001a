import HTTPExchange
import HTTPTypes
import Transcribe

/// A page for people. It works without script and loads only this gateway's own style, icon and script.
struct Page {
    let title: String
    let content: [HTML]
    /// How the page of a running job comes to show the job's changes; nil for every other page.
    var updates: Updates?

    struct Updates {
        /// Of the representation that the page was made of, against which the script holds each event.
        let tag: EntityTag
        /// Seconds after which a browser without script loads the page again.
        let interval: Int
    }

    /// The page in UTF-8.
    var body: Body {
        // Copied, because a text that grew has unused capacity, and this one may be cached.
        Body(document.text.utf8.map { $0 })
    }

    private var document: HTML {
        .document(.element("html", ["lang": "en"], .element("head", [:], head), .element("body", [:], main)))
    }

    private var head: [HTML] {
        [
            .element("meta", ["charset": "utf-8"]),
            .element("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"]),
            .element("title", [:], .text("\(title) · Transcription jobs")),
            .element("link", ["rel": "stylesheet", "href": "/style.css"]),
            .element("link", ["rel": "icon", "href": "/icon.svg", "type": "image/svg+xml"]),
        ] + (updates?.head ?? [])
    }

    private var main: [HTML] {
        let attributes: KeyValuePairs<StaticString, String> = updates.map { ["data-tag": $0.tag.text] } ?? [:]
        return [
            .element("header", [:], .element("a", ["href": "/"], .text("Transcription jobs"))),
            .element("main", attributes, [.element("h1", [:], .text(title))] + content),
        ]
    }
}

extension Page.Updates {
    /// The reload stands in the page and not in a header field (`Refresh`), which browsers obey with script too.
    fileprivate var head: [HTML] {
        [
            .element("script", ["src": "/page.js", "defer": ""]),
            .element("noscript", [:], .element("meta", ["http-equiv": "refresh", "content": String(interval)])),
        ]
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

extension Page {
    /// The form with which a person looks up a job.
    static let home = Page(
        title: "Look up a job",
        content: [
            .element(
                "form", ["action": "/jobs", "method": "get"],
                .element("label", ["for": "name"], .text("Job name")),
                .element(
                    "input",
                    [
                        "id": "name", "name": "name", "required": "", "maxlength": String(JobName.maximumLength),
                        "pattern": " *[0-9a-zA-Z._\\-]+ *", "title": "Letters, digits, '.', '_' and '-'",
                        "autocomplete": "off", "autocapitalize": "off", "spellcheck": "false",
                    ]),
                .element("button", [:], .text("Look up"))),
            .element(
                "p", ["class": "note"],
                .text("For programs: "), .element("a", ["href": "/openapi.yaml"], .text("this gateway's description")),
                .text(".")),
        ])
}

extension Page {
    /// A problem for people.
    init(_ problem: Problem, requestID: String) {
        title = problem.type.title
        let retry = problem.retryAfter.map { HTML.element("p", [:], .text("Try again in \($0) s.")) }
        content = [
            .element("p", [:], .text(problem.detail)),
            retry,
            .element("p", ["class": "note"], .text("Status \(problem.status.code) · request \(requestID)")),
        ].compactMap { $0 }
    }

    /// What a type of problem means (`/problems/{type}`).
    init(_ type: ProblemType) {
        title = type.title
        content = [.element("p", [:], .text(type.explanation))]
    }
}
