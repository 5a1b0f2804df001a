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
            case .home: Page.home.reply(in: context)
            case .file(let file): file.reply(in: context, unless: IfNoneMatch(request[.ifNoneMatch]))
            case .problem(let type): type.reply(in: context)
            case .options(let isPreflight): Reply.options(context, isPreflight: isPreflight)
            }
        recorder.record(reply, in: context, .fixed)
        return reply
    }
}

extension Reply {
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
    /// What the type means: a page, or a document for programs.
    func reply(in context: RequestContext) -> Reply {
        guard !context.prefersHTML else { return Page(self).reply(in: context) }
        var fields = FieldBlock()
        fields.append(.contentType, "application/json")
        fields.append(.cacheControl, "no-store")
        fields.append(.vary, "Accept, Origin")
        fields.append(contentsOf: .security)
        fields.append(context)
        return Reply(status: .ok, fields: fields, body: Body(document))
    }

    private var document: [UInt8] {
        var text = TextBuffer()
        text.openObject()
        text.member("type", uri)
        text.member("title", title)
        text.member("description", explanation)
        text.closeObject()
        return text.bytes
    }
}

/// A file that is part of the program.
package struct StaticFile: Sendable {
    let body: Body
    private let fields: FieldBlock
    private let tag: EntityTag

    init(_ type: String, _ body: Body) {
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
        self.fields = fields
    }

    /// 200, or 304 if the client has this version.
    func reply(in context: RequestContext, unless condition: IfNoneMatch?) -> Reply {
        var fields = fields
        fields.append(context)
        let isKnown = condition?.matches(tag) ?? false
        return Reply(status: isKnown ? .notModified : .ok, fields: fields, body: body)
    }

    /// By path.
    static let all = [
        "/style.css": StaticFile("text/css; charset=utf-8", Style.sheet),
        "/page.js": StaticFile("text/javascript; charset=utf-8", Script.follow),
        "/icon.svg": StaticFile("image/svg+xml", Style.icon),
        "/openapi.yaml": StaticFile("application/yaml", Body(PackageResources.openapi_yaml)),
        "/openapi.json": StaticFile("application/json", Body(PackageResources.openapi_json)),
    ]
}
