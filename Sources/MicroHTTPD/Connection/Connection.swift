import CMicroHTTPD
import HTTPExchange
import HTTPTypes
import Synchronization

/// One client connection and its current request. It is used again for the next request, so that a request needs no object
/// of its own.
///
/// `@unchecked Sendable` because: libmicrohttpd calls back for one connection from one worker thread only, and everything
/// but `phase`, `suspendedRequest` and `place` is touched in those callbacks alone. The first is atomic, the second is behind
/// a mutex, the third is touched by the ``ConnectionTable`` under the lock of its shard.
@safe final class Connection: @unchecked Sendable {
    /// What the request waits for next.
    enum Stage {
        case header
        case content
        case end
        case suspended(SuspendedRequest)
        case replied
    }

    let handle: OpaquePointer
    let socket: Int32
    let peer: PeerAddress
    let context: ServerContext
    let phase: ConnectionPhase
    /// Where it stands in its shard of the ``ConnectionTable``.
    var place = 0
    private let suspension = Mutex<SuspendedRequest?>(nil)
    var stage = Stage.header
    var method = ""
    /// The request target as it was sent.
    var target = ""
    /// The request target in origin form (see ``RequestTarget``).
    var origin = ""
    var host = ""
    var lines: [FieldLine] = []
    var content: [UInt8] = []
    let record = RequestRecord()
    /// Whether the reply has gone out without the library.
    var wasSentDirectly = false

    init(_ handle: OpaquePointer, context: ServerContext) {
        unsafe self.handle = unsafe handle
        self.context = context
        unsafe socket = shim_socket(handle)
        peer = context.places.begin(socket) ?? PeerAddress(high: 0, low: 0)
        phase = ConnectionPhase(readingUntil: context.clock.tick(after: context.requestTicks))
    }

    /// The request line has come. The target is copied here, before the library cuts it at a NUL.
    func begin(target: UnsafePointer<CChar>?) {
        self.target = unsafe target.map { unsafe String(cString: $0) } ?? ""
        if let target = unsafe target { unsafe ConnectionMemory.hideQuery(of: target) }
        phase.begin(until: context.clock.tick(after: context.requestTicks))
    }

    /// The request has ended, with or without a reply.
    func complete(_ end: MHD_RequestTerminationCode) {
        let wasSent = end == .REQUEST_TERMINATED_COMPLETED_OK || wasSentDirectly
        context.handler.finish(record, of: peer, wasSent: wasSent)
        record.clear()
        wasSentDirectly = false
        stage = .header
        lines.removeAll(keepingCapacity: true)
        content = []
        phase.becomeIdle(until: context.clock.tick(after: context.idleTicks))
    }

    /// The request that waits for its reply, if one does. May be read on any thread.
    var suspendedRequest: SuspendedRequest? {
        get { suspension.withLock { $0 } }
        set { suspension.withLock { $0 = newValue } }
    }

    private var knownMethod: HTTPRequest.Method {
        // To make one from any text costs a check of its grammar, which the header checks have done.
        method == "GET" ? .get : HTTPRequest.Method(rawValue: method) ?? .get
    }

    /// The request as the handler sees it, valid during the current callback.
    var request: Request {
        Request(
            method: knownMethod, target: origin, host: host, peer: peer, body: content, record: record,
            fields: LineFields(received: lines))
    }
}

/// The header fields of the current request.
struct LineFields: RequestFields {
    let received: [FieldLine]

    var lines: [(name: String, value: String)] { received.map { ($0.nameText, $0.text) } }

    func value(of name: HTTPField.Name) -> String? {
        var combined: String?
        for line in received where line.isNamed(name.canonicalName) {
            combined = combined.map { $0 + ", " + line.text } ?? line.text
        }
        return combined
    }
}
