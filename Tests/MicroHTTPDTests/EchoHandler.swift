import Dispatch
import Glibc
import HTTPExchange
import HTTPTypes
import MicroHTTPD
import Synchronization

/// Replies with what it received, or holds the request until the test releases it.
final class EchoHandler: Handler {
    private let held = Mutex<[any PendingReply]>([])
    private let deadline: Duration
    private let blocked = Mutex<[pthread_t]>([])
    private let unblocked = DispatchSemaphore(value: 0)
    private let makeStream: @Sendable (RequestRecord) -> any ContentStream
    private let finished = Mutex<[(contents: RequestRecord.Contents, wasSent: Bool)]>([])

    /// - Parameter makeStream: the content of what `/stream` gets.
    init(
        deadline: Duration = .seconds(30),
        makeStream: @escaping @Sendable (RequestRecord) -> any ContentStream = { _ in TestStream() }
    ) {
        self.deadline = deadline
        self.makeStream = makeStream
    }

    /// The requests for streams whose end was reported.
    var ends: [(contents: RequestRecord.Contents, wasSent: Bool)] { finished.withLock { $0 } }

    /// Whether a thread of the library is blocked, which no handler may do: until ``unblock()``.
    var hasBlocked: Bool { !blockedThreads.isEmpty }
    /// Those that have been blocked so far, in this order.
    var blockedThreads: [pthread_t] { blocked.withLock { $0 } }
    func unblock() { unblocked.signal() }

    var heldCount: Int { held.withLock(\.count) }

    func answer(_ request: borrowing Request) -> Handling {
        if request.target.hasPrefix("/blocking") {
            blocked.withLock { $0.append(pthread_self()) }
            unblocked.wait()
        }
        if request.target.hasPrefix("/stream") { return .reply(stream(to: request)) }
        if request.target.hasPrefix("/held") { return .later(hold()) }
        if request.target.hasPrefix("/instant") {
            return .later(
                DeferredReply(deadline: .now + deadline, name: { "instant" }, expired: Self.expired) {
                    $0.complete { Self.reply("instant") }
                })
        }
        if request.target.hasPrefix("/watch") { return .later(watch(for: .seconds(30))) }
        if request.target.hasPrefix("/brief") { return .later(watch(for: .milliseconds(20))) }
        if request.target.hasPrefix("/soon") { return .later(soon()) }
        let length = request.body.isEmpty ? "" : " content=\(request.body.count)"
        let echo = request[HTTPField.Name("X-Echo")!] ?? ""
        return .reply(Self.reply("\(request.method) \(request.target)\(length) host=\(request.host) echo=\(echo)"))
    }

    func reply(to refusal: Refusal, of request: borrowing Request) -> Reply {
        Reply(status: Self.status(of: refusal), body: Body("refused"))
    }

    func finish(_ record: RequestRecord, of peer: PeerAddress, wasSent: Bool) {
        guard let contents = record.contents else { return }
        finished.withLock { $0.append((contents, wasSent)) }
    }

    private func stream(to request: borrowing Request) -> Reply {
        request.record.fill(
            RequestRecord.Contents(
                number: 1, elapsed: 2, age: nil, subject: nil, contentLength: 3, status: 200, method: 0, route: 0,
                outcome: 0, problem: nil, isOverLimit: false, hasTexts: false), nil)
        return Self.reply(streaming: makeStream(request.record))
    }

    static func reply(streaming stream: any ContentStream) -> Reply {
        var reply = reply("")
        reply.stream = stream
        return reply
    }

    /// Completes the requests that are held and returns how many of them had no reply yet.
    @discardableResult func release(with reply: () -> Reply = { EchoHandler.reply("released") }) -> Int {
        let pending = held.withLock { held in
            defer { held = [] }
            return held
        }
        return pending.count { $0.complete(with: reply) }
    }

    /// Prepares the replies of all requests that are held and returns those that are still to be sent.
    func prepare() -> [any PendingReply] {
        held.withLock { held in
            defer { held = [] }
            return held.filter { $0.prepare { Self.reply("released") } }
        }
    }

    private func hold() -> DeferredReply {
        DeferredReply(deadline: .now + deadline, name: { "a held request" }, expired: Self.expired) { pending in
            self.held.withLock { $0.append(pending) }
        }
    }

    /// Waits for a change, which comes with the release.
    private func watch(for time: Duration) -> DeferredReply {
        DeferredReply(deadline: .now + deadline, name: { "a watch" }, expired: Self.expired) { pending in
            self.held.withLock { $0.append(pending) }
            pending.waitForChange(until: .now + time)
        }
    }

    /// Replies after five milliseconds, on a thread of a dispatch queue, which no other test delays.
    private func soon() -> DeferredReply {
        DeferredReply(deadline: .now + deadline, name: { "soon" }, expired: Self.expired) { pending in
            DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(5)) {
                pending.complete { Self.reply("soon") }
            }
        }
    }

    static func reply(_ text: String) -> Reply {
        var fields = FieldBlock()
        fields.append(.contentType, "text/plain")
        return Reply(status: .ok, fields: fields, body: Body(text))
    }

    private static func expired(_ expiry: DeferredReply.Expiry) -> Reply {
        let status: HTTPResponse.Status =
            switch expiry {
            case .deadlinePassed: .gatewayTimeout
            case .serverStopping: .serviceUnavailable
            case .clientLeft: .requestTimeout
            }
        return Reply(status: status, body: Body("expired"))
    }

    private static func status(of refusal: Refusal) -> HTTPResponse.Status {
        switch refusal {
        case .malformed, .bodyNotAllowed: .badRequest
        case .targetTooLong: .uriTooLong
        case .tooManyFields, .fieldsTooLarge: .requestHeaderFieldsTooLarge
        case .bodyTooLarge: .contentTooLarge
        case .unknownTransferCoding: .notImplemented
        case .unknownExpectation: .expectationFailed
        }
    }
}

/// Runs a server while `body` runs.
func withServer(
    _ options: ServerOptions = .loopback, handler: EchoHandler = EchoHandler(),
    _ body: (HTTPServer, EchoHandler) async throws -> Void
) async throws {
    let server = try HTTPServer(options: options, handler: handler)
    do {
        try await body(server, handler)
    } catch {
        await server.stop(within: .zero)
        throw error
    }
    await server.stop(within: .zero)
}
