import CMicroHTTPD
import Glibc
import HTTPExchange
import HTTPTypes
import Synchronization

/// One client connection and its current request. It is used again for the next request, so that a request needs no object
/// of its own.
///
/// `@unchecked Sendable` because: libmicrohttpd calls back for one connection from one worker thread only, and everything
/// but `phase`, `suspendedRequest`, `streamedReply` and `place` is touched in those callbacks alone. The first is atomic, the next two are
/// behind a mutex, the last is touched by the ``ConnectionTable`` under the lock of its shard.
@safe final class Connection: @unchecked Sendable {
    /// What the connection waits for next.
    enum Stage {
        /// A request.
        case idle
        /// The end of the header section; the request line has come.
        case header
        case content
        case end
        case suspended(SuspendedRequest)
        case replied
        case streaming(StreamedReply)
        /// Nothing; the library has closed it.
        case closed
    }

    /// What other threads may end.
    private enum Waiter {
        case none
        case request(SuspendedRequest)
        case stream(StreamedReply)
    }

    let handle: OpaquePointer
    let socket: Int32
    let peer: PeerAddress
    let context: ServerContext
    let phase: ConnectionPhase
    /// Where it stands in its shard of the ``ConnectionTable``.
    var place = 0
    private let current = Mutex(Waiter.none)
    var stage = Stage.idle
    var method = ""
    /// The request target as it was sent.
    var target = ""
    /// The request target in origin form (see ``RequestTarget``).
    var origin = ""
    var host = ""
    var lines: [FieldLine] = []
    var content: [UInt8] = []
    /// See ``Request/mayContinueTrace``.
    var mayContinueTrace = true
    let record = RequestRecord()
    /// Whether the reply has gone out without the library.
    var wasSentDirectly = false
    /// Whether the method ends as HEAD does, whose replies have no content. The library tells the whole method later, in the
    /// access callback.
    private(set) var mayBeHead = false

    init(_ handle: OpaquePointer, context: ServerContext) {
        unsafe self.handle = unsafe handle
        self.context = context
        unsafe socket = shim_socket(handle)
        peer = context.places.begin(socket) ?? PeerAddress(high: 0, low: 0)
        phase = ConnectionPhase(readingUntil: context.clock.tick(after: context.limits.requestTicks))
    }

    /// The request line has come. The target is copied here, before the library cuts it at a NUL: one byte more than is
    /// allowed of a longer one, which is refused when its header section has come.
    func begin(target: UnsafePointer<CChar>?) {
        self.target = unsafe target.map { unsafe text(of: $0, atMost: context.options.targetLimit + 1) } ?? ""
        if let target = unsafe target {
            mayBeHead = unsafe target[-2] == 0x44  // before the NUL that ends the method
            if LibraryBehaviour.observed.checks != .none { unsafe ConnectionMemory.hideQuery(of: target) }
        }
        stage = .header
        IncompleteRequests.ofThisThread.insert(self)
        phase.begin(until: context.clock.tick(after: context.limits.requestTicks))
    }

    /// The request has ended, with or without a reply.
    func complete(_ end: MHD_RequestTerminationCode) {
        switch stage {
        case .header, .content: recordRefusalOfLibrary()
        default:
            if case .streaming(let stream) = stage {
                streamedReply = nil
                stream.end(isKept: end == .REQUEST_TERMINATED_COMPLETED_OK)
            }
            let wasSent = end == .REQUEST_TERMINATED_COMPLETED_OK || wasSentDirectly
            context.handler.finish(record, of: peer, wasSent: wasSent)
            record.clear()
        }
        stage = .idle
        wasSentDirectly = false
        lines.removeAll(keepingCapacity: true)
        content = []
        phase.becomeIdle(until: context.clock.tick(after: context.limits.idleTicks))
    }

    /// The request that waits for its reply, if one does. May be read on any thread.
    var suspendedRequest: SuspendedRequest? {
        get { current.withLock { if case .request(let request) = $0 { request } else { nil } } }
        set { current.withLock { $0 = newValue.map { .request($0) } ?? .none } }
    }

    /// The reply that is being sent in pieces, if one is. May be read on any thread.
    var streamedReply: StreamedReply? {
        get { current.withLock { if case .stream(let stream) = $0 { stream } else { nil } } }
        set { current.withLock { $0 = newValue.map { .stream($0) } ?? .none } }
    }

    /// The request has ended before the handler was asked: the library has refused it, or the client has gone.
    private func recordRefusalOfLibrary() {
        let status = unsafe Int(shim_status(handle))
        guard status != 0, context.libraryLog.refusals.take(status) else { return }
        context.handler.recordRefusal(status: status, of: peer)
    }

    /// The library has closed the connection. It does not report the end of a request that it has refused twice
    /// (connection.c of 0.9.75: a section of cookies without room, then a bad length).
    func close() {
        if case .idle = stage {
            if let status = context.libraryLog.refusals.takeOfRequestLine() {
                context.handler.recordRefusal(status: status, of: nil)
            }
        } else {
            complete(.REQUEST_TERMINATED_WITH_ERROR)
        }
        stage = .closed
        // An incomplete request is kept for a while after its connection (``IncompleteRequests``).
        (target, origin) = ("", "")
        lines = []
    }

    private func text(of bytes: UnsafePointer<CChar>, atMost limit: Int) -> String {
        let length = unsafe strnlen(bytes, limit)
        return unsafe String(decoding: UnsafeRawBufferPointer(start: bytes, count: length), as: UTF8.self)
    }

    private var knownMethod: HTTPRequest.Method {
        // To make one from any text costs a check of its grammar, which the header checks have done.
        method == "GET" ? .get : HTTPRequest.Method(rawValue: method) ?? .get
    }

    /// The request as the handler sees it, valid during the current callback.
    var request: Request {
        Request(
            method: knownMethod, target: origin, host: host, peer: peer, body: content, record: record,
            mayContinueTrace: mayContinueTrace, fields: LineFields(received: lines))
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
