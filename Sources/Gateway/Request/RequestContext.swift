import Caching
import Formats
import HTTPExchange
import HTTPTypes
import RateLimiting
import Tracing
import Transcribe

/// The state of one request: what its reply and its line in the access log need of it.
struct RequestContext: Sendable {
    let id: RequestID
    /// What is in force for the request.
    let settings: OptionsSnapshot
    /// For what is counted and logged when the reply has ended.
    let record: RequestRecord
    /// Nil where the request belongs to no trace.
    let trace: RequestTrace?
    let start: Moment
    let method: HTTPRequest.Method
    /// The address that the request counts for: the peer's, or behind a trusted proxy the client's.
    let client: PeerAddress
    /// Whether that is another address than the peer's.
    let isForwarded: Bool
    /// Why the client behind a trusted proxy is not known. ``client`` is the proxy's address then, and the request is refused.
    let unreadableHop: UnreadableHop?
    let target: String
    /// Whether the client gets a page. `format` in the query outweighs what the header fields say.
    private(set) var prefersHTML: Bool
    /// Whether it was not `Accept` alone that decided that.
    private(set) var dependsOnAgent: Bool
    /// The origin whose pages may read the reply: of the page that sent the request, or `*`. Nil if that page may not.
    let sharesWith: String?
    /// `none` until the route is known.
    var route = Route.Kind.none
    /// How many jobs the request asks for, where one request can ask for several; otherwise 0.
    var names = 0
    /// AWS's name for the call that brought the answer to this request; nil where the cache had it.
    var awsRequestID: String?
    /// The result of the client's limit; nil without a limit, or before it was applied.
    var quota: ClientLimiter.Result?
    /// Whether a limit that is not enforced would have refused it.
    var isOverQuota = false

    /// - Parameters:
    ///   - settings: what is in force.
    ///   - clients: says which client the request counts for; with nil it counts for its peer.
    ///   - sharing: which pages of other origins may read the reply.
    ///   - tracer: nil where no spans are recorded.
    init(
        _ request: borrowing Request, id: RequestID, at start: Moment, under settings: OptionsSnapshot,
        clients: ClientRule?, sharing: CrossOrigin, tracer: Tracer? = nil
    ) {
        self.id = id
        self.settings = settings
        record = request.record
        trace = RequestTrace.begin(request, at: start, by: tracer)
        self.start = start
        method = request.method
        do throws(UnreadableHop) {
            client = try clients?.client(of: request) ?? request.peer
            unreadableHop = nil
        } catch {
            client = request.peer
            unreadableHop = error
        }
        isForwarded = client.low != request.peer.low || client.high != request.peer.high
        target = request.target
        let preference = AcceptField.preference(in: request[.accept])
        dependsOnAgent = preference == .page
        prefersHTML = preference == .onlyPage || dependsOnAgent && Reader.isPerson(sending: request)
        sharesWith = request[.origin].flatMap(sharing.allowedOrigin)
    }

    /// Obeys the `format` of the query; nil leaves the choice to the header fields.
    mutating func choose(_ representation: Representation?) {
        guard let representation else { return }
        prefersHTML = representation == .html
        dependsOnAgent = false
    }

    /// The path as it came, without the query, for a problem's `instance`; nil if it is no path of a URI (RFC 3986 §3.3)
    /// or a very long one.
    var path: String? {
        let utf8 = target.utf8
        let bytes = utf8.span
        let end = bytes.firstIndex(of: UInt8(ascii: "?")) ?? bytes.count
        guard (1...1_024).contains(end), bytes[0] == UInt8(ascii: "/") else { return nil }
        for index in 0..<end where !Self.uriCharacters.contains(bytes[index]) { return nil }
        return String(target.utf8.prefix(end))
    }

    /// What may stand in a path, and the escape of what may not.
    private static let uriCharacters = ASCIISet(
        "!#$%&'()*+,-./0123456789:;=?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]_abcdefghijklmnopqrstuvwxyz~")
}

/// A request for a job.
struct JobRequest: Sendable {
    let name: JobName
    /// The members of the job that the client wants, of those that may be seen.
    private(set) var fields: JobFields
    /// Those that may be seen.
    private(set) var allowed: JobFields
    /// Which representations the client has already.
    let condition: IfNoneMatch?
    let directives: CacheDirectives
    let manner: Manner
    var context: RequestContext

    /// How the client looks at the job.
    enum Manner: Sendable {
        /// Once.
        case now
        /// Until it changes, for so many seconds at most.
        case wait(Int)
        /// As a stream of its changes.
        case events
    }

    /// The seconds that the client waits for a change; nil if it looks in another manner.
    var wait: Int? {
        if case .wait(let seconds) = manner { seconds } else { nil }
    }

    /// The request for those members only that may still be seen when its reply is made, some time after it came.
    func narrowed(to allowed: JobFields) -> JobRequest {
        var request = self
        request.allowed.formIntersection(allowed)
        request.fields.formIntersection(allowed)
        return request
    }

    /// - Parameter manner: of a client that names in `If-None-Match`, or in `Last-Event-ID`, what it has already.
    init(
        _ name: JobName, _ fields: JobFields, _ manner: Manner, of request: borrowing Request,
        in context: consuming RequestContext
    ) {
        self.name = name
        self.fields = fields
        self.manner = manner
        allowed = context.settings.options.fields
        if case .events = manner {
            condition = IfNoneMatch(request[.lastEventID])
            // A stream follows its job; and a browser adds `no-cache` to each of its requests for one.
            directives = .none
        } else {
            condition = IfNoneMatch(request[.ifNoneMatch])
            directives = CacheDirectives(of: request)
        }
        self.context = context
    }
}

extension CacheDirectives {
    /// Those of the client: without what its browser adds by itself.
    init(of request: borrowing Request) {
        self = request[.cacheControl].map(CacheDirectives.init) ?? .none
        if maxAge != nil, let mode = request[.secFetchMode] {
            dropBrowserDefaults(
                mode: mode, user: request[.secFetchUser], isConditional: request[.ifNoneMatch] != nil)
        }
    }
}

extension HTTPField.Name {
    static let lastEventID = HTTPField.Name("Last-Event-ID")!
    static let secFetchMode = HTTPField.Name("Sec-Fetch-Mode")!
    fileprivate static let secFetchUser = HTTPField.Name("Sec-Fetch-User")!
}
