import Caching
import HTTPExchange
import HTTPTypes
import RateLimiting
import Transcribe

/// One request on its way through the gateway: what its answer and its line in the access log need of it.
struct RequestContext: Sendable {
    let id: RequestID
    let start: Moment
    let method: HTTPRequest.Method
    /// Who asks: the peer, or whoever a trusted proxy says it asks for.
    let client: PeerAddress
    let target: String
    /// Whether the client would rather have a page.
    let prefersHTML: Bool
    /// The origin of the page that asks, if it may read the answer.
    let sharesWith: String?
    /// What it asks for, once that is known.
    var route = Route.Kind.none
    /// What the client's limit said; nil where there is none, or before it was asked.
    var quota: ClientLimiter.Result?
    /// Whether that limit would have refused it, were it enforced.
    var isOverQuota = false

    /// - Parameter client: who asks, if not the peer.
    init(
        _ request: borrowing Request, id: RequestID, at start: Moment, sharing: CrossOrigin = .only([]),
        client: PeerAddress? = nil
    ) {
        self.id = id
        self.start = start
        method = request.method
        self.client = client ?? request.peer
        target = request.target
        prefersHTML = AcceptField.prefersHTML(request[.accept])
        sharesWith = request[.origin].flatMap { sharing.admits($0) ? $0 : nil }
    }

    /// The path as it came, without the query, for a problem's `instance`; nil if it is no path of a URI (RFC 3986 §3.3)
    /// or a very long one.
    var path: String? {
        guard target.utf8.first == UInt8(ascii: "/"), target.utf8.count <= 1_024,
            target.utf8.allSatisfy(Self.mayStandInURI)
        else {
            return nil
        }
        return target.utf8.firstIndex(of: UInt8(ascii: "?")).map { String(target[..<$0]) } ?? target
    }

    private static func mayStandInURI(_ byte: UInt8) -> Bool {
        (0x21...0x7E).contains(byte) && !"\"<>\\^`{|}".utf8.contains(byte)
    }
}

/// A request for a job: which one, how much of it, what the client has already, and how
/// fresh it wants it.
struct JobRequest: Sendable {
    let name: JobName
    let fields: JobFields
    let condition: IfNoneMatch?
    let directives: CacheDirectives
    let context: RequestContext
}

extension JobRequest {
    /// The flight that would bring what it asks for.
    func fetchRequest(because reason: ForwardReason, isRefresh: Bool = false) -> FetchRequest {
        FetchRequest(name: name, reason: reason, caller: context.client.subscriber, isRefresh: isRefresh)
    }
}
