import Caching
import HTTPExchange
import HTTPTypes
import Synchronization
import TestSupport
import Testing

@testable import Gateway

/// A request whose reply the test waits for, or ends the wait for, in place of the server.
final class BegunRequest: PendingReply {
    private struct State {
        var isTaken = false
        var reply: Reply?
        var isSent = false
        var deadline: ContinuousClock.Instant?
    }

    private let state = Mutex(State())
    private let expired: (@Sendable (DeferredReply.Expiry) -> Reply)?

    init(_ handling: Handling) {
        switch handling {
        case .reply(let reply):
            expired = nil
            state.withLock { $0 = State(isTaken: true, reply: reply, isSent: true) }
        case .later(let deferred):
            expired = deferred.expired
            state.withLock { $0.deadline = deferred.deadline }
            deferred.start(self)
        }
    }

    var isAnswered: Bool { state.withLock(\.isTaken) }

    func prepare(with reply: () -> Reply) -> Bool {
        let isFirst = state.withLock { state in
            defer { state.isTaken = true }
            return !state.isTaken
        }
        guard isFirst else { return false }
        let reply = reply()
        state.withLock { $0.reply = reply }
        return true
    }

    func send() { state.withLock { $0.isSent = true } }

    func waitForChange(until deadline: ContinuousClock.Instant) { state.withLock { $0.deadline = deadline } }

    /// The reply that was sent.
    var reply: Reply? { state.withLock { $0.isSent ? $0.reply : nil } }

    /// When the server would end the wait.
    var deadline: ContinuousClock.Instant? { state.withLock(\.deadline) }

    /// The reply, when it has come.
    func answered() async -> Reply? {
        _ = await eventually { self.reply != nil }
        return reply
    }

    /// Ends the wait as the server does. Returns the reply; nil if there is one already.
    func expire(_ expiry: DeferredReply.Expiry = .deadlinePassed) -> Reply? {
        guard let expired else { return nil }
        guard prepare(with: { expired(expiry) }) else { return nil }
        send()
        return reply
    }
}

extension TestBench {
    /// Sends a request without waiting for its reply.
    func begin(
        _ target: String, _ fields: [(HTTPField.Name, String)] = [], method: HTTPRequest.Method = .get,
        peer: PeerAddress = PeerAddress(ipv4: 0x7F00_0001)
    ) -> BegunRequest {
        BegunRequest(
            gateway.answer(
                Request(method: method, target: target, host: "localhost", peer: peer, fields: FieldList(list: fields)))
        )
    }

    /// Lets time pass in steps, so that what becomes due in each is done before the next: all of the time, or until the
    /// condition holds, which it has to at the end.
    func pass(_ duration: Duration, until isDone: (@Sendable () -> Bool)? = nil) async {
        let end = clock.now + duration
        while clock.now < end, isDone?() != true {
            clock.advance(by: .milliseconds(100))
            #expect(await eventually { self.hasDoneWhatIsDue })
        }
        // The last watch is given up before its reply is sent.
        if let isDone { #expect(await eventually(isDone)) }
    }

    /// Whether every watched job that is due has been asked for, and all that the answers concern have been told, but for the
    /// calls that the source holds.
    var hasDoneWhatIsDue: Bool {
        let watches = gateway.watches
        let now = Moment(clock.now)
        return watches.pollCount <= source.held && watches.listCount <= lists.held
            && watches.nextDue.map { $0 > now } ?? true
    }
}

/// The server's end of a stream of events.
final class StreamClient: StreamReader {
    private let stream: any ContentStream
    private let wakeUps = Atomic(0)

    init(_ reply: Reply?) throws {
        guard let stream = reply?.stream else { throw NoStream() }
        self.stream = stream
        stream.begin(self)
    }

    struct NoStream: Error {}

    var wakeUpCount: Int { wakeUps.load(ordering: .acquiring) }

    func wake() { wakeUps.add(1, ordering: .acquiringAndReleasing) }

    /// The next piece as text; "end" at the end and nil where there is nothing.
    func read(afterSilence isSilent: Bool = false) -> String? {
        switch stream.next(afterSilence: isSilent) {
        case .content(let body): String(decoding: body.bytes, as: UTF8.self)
        case .nothing: nil
        case .end: "end"
        }
    }

    func leave() { stream.end() }
}
