import HTTPExchange
import HTTPTypes
import Telemetry
import Transcribe

// Replies that depend on nothing but the request.

extension JobGateway {
    /// The reply on a route that needs no job, recorded.
    func reply(with route: FixedRoute, to request: borrowing Request, in context: RequestContext) -> Reply {
        let reply =
            switch route {
            case .home:
                context.prefersHTML
                    ? shown(.home(at: request.host)).reply(in: context) : .document(Self.index, context)
            case .file(let file): file.reply(in: context, unless: IfNoneMatch(request[.ifNoneMatch]))
            case .problems:
                context.prefersHTML
                    ? shown(.problems).reply(in: context) : .document(ProblemType.documentOfAll, context)
            case .problem(let type):
                context.prefersHTML ? shown(Page(type)).reply(in: context) : .document(type.document, context)
            case .options(let isPreflight): Reply.options(context, isPreflight: isPreflight)
            }
        recorder.record(reply, in: context, .fixed)
        return reply
    }

    /// A page with what the operator has it show.
    func shown(_ page: Page) -> Page {
        var page = page
        page.listsRecent = options.listsRecent
        return page
    }

    /// The routes, for programs that ask for `/`.
    private static let index = {
        let routes = [
            ("job", "/jobs/{name}"), ("wait", "/jobs/{name}?wait={seconds}"), ("events", "/jobs/{name}/events"),
            ("jobs", "/jobs?name={name},{name}"), ("docs", "/docs"), ("description", "/openapi.json"),
            ("problems", "/problems"),
        ]
        var text = TextBuffer()
        text.openObject()
        for (name, target) in routes { text.member(name, "GET \(target)") }
        text.closeObject()
        return Body(text.bytes)
    }()
}

extension Reply {
    /// What explains this API, for programs.
    static func document(_ body: Body, _ context: RequestContext) -> Reply {
        var fields = FieldBlock()
        fields.append(.contentType, "application/json")
        fields.append(.cacheControl, "no-store")
        fields.append(.vary, "Accept, Prefer, Origin")
        fields.append(contentsOf: .security)
        fields.append(context)
        return Reply(status: .ok, fields: fields, body: body)
    }

    static func redirect(to location: String, _ context: RequestContext) -> Reply {
        var fields = FieldBlock()
        fields.append(.location, location)
        fields.append(.cacheControl, "no-store")
        fields.append(.vary, "Accept, Origin")
        fields.append(contentsOf: .security)
        fields.append(context)
        return Reply(status: .seeOther, fields: fields)
    }

    /// The methods of a URL (RFC 9110 §9.3.7), and for a preflight what a page of another origin can do with it (Fetch
    /// Standard §3.2.2).
    static func options(_ context: RequestContext, isPreflight: Bool) -> Reply {
        var fields = FieldBlock()
        fields.append(.allow, Route.methods)
        fields.append(.vary, "Origin")
        fields.append(.cacheControl, "no-store")
        fields.append(contentsOf: .security)
        if isPreflight, context.sharesWith != nil { fields.append(contentsOf: .preflight) }
        fields.append(context)
        return Reply(status: .noContent, fields: fields)
    }
}

extension Page {
    func reply(in context: RequestContext) -> Reply {
        var fields = FieldBlock(reserving: 640)
        fields.append(contentsOf: .page)
        fields.append(.vary, "Accept, Prefer, Origin")
        fields.append(contentsOf: .security)
        fields.append(context)
        return Reply(status: .ok, fields: fields, body: body)
    }
}

extension ProblemType {
    /// What the type means, for programs.
    fileprivate var document: Body {
        var text = TextBuffer()
        text.append(self)
        return Body(text.bytes)
    }

    /// Every type with what it means.
    fileprivate static let documentOfAll = {
        var text = TextBuffer()
        text.openObject()
        text.key("problems")
        text.openArray()
        for type in allCases {
            text.separate()
            text.append(type)
        }
        text.closeArray()
        text.closeObject()
        return Body(text.bytes)
    }()
}

extension TextBuffer {
    fileprivate mutating func append(_ type: ProblemType) {
        openObject()
        member("type", type.uri)
        member("code", type.rawValue)
        member("title", type.title)
        member("description", type.explanation)
        closeObject()
    }
}

/// A file that is part of the program.
package struct StaticFile: Sendable {
    let body: Body
    private let fields: FieldBlock
    private let tag: EntityTag

    /// - Parameter isPage: whether the file is a page, which loads only this gateway's files, and which no other page frames.
    init(_ type: String, _ body: Body, isPage: Bool = false) {
        self.body = body
        tag = EntityTag(of: body.bytes)
        var fields = FieldBlock()
        fields.append(.contentType, type)
        // Short, because after an update an old version would still be used for this time.
        fields.append(.cacheControl, "max-age=300")
        // A reply to a page of another origin says that it may read the file.
        fields.append(.vary, "Origin")
        tag.append(to: &fields)
        fields.append(contentsOf: .security)
        for name in isPage ? [HTTPField.Name.contentSecurityPolicy, .xFrameOptions] : [] {
            if let value = FieldBlock.page[name] { fields.append(name, value) }
        }
        self.fields = fields
    }

    /// 200, or 304 if the client has this version.
    func reply(in context: RequestContext, unless condition: IfNoneMatch?) -> Reply {
        var fields = fields
        fields.append(context)
        let isKnown = condition?.matches(tag) ?? false
        return Reply(status: isKnown ? .notModified : .ok, fields: fields, body: body)
    }

    /// By path. A gateway makes them with itself: to read and to write `/docs` takes longer than a thread of the server may.
    static let all = [
        "/style.css": StaticFile("text/css; charset=utf-8", Style.sheet),
        "/page.js": StaticFile("text/javascript; charset=utf-8", Script.page),
        "/icon.svg": StaticFile("image/svg+xml", Style.icon),
        "/docs": StaticFile("text/html; charset=utf-8", Page.docs.body, isPage: true),
        "/docs.js": StaticFile("text/javascript; charset=utf-8", Body(PackageResources.docs_js)),
        "/openapi.yaml": StaticFile("application/yaml", Body(PackageResources.openapi_yaml)),
        "/openapi.json": StaticFile("application/json", Body(PackageResources.openapi_json)),
    ]
}
