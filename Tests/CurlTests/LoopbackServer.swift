import Glibc
import Synchronization

/// An HTTP server on a free loopback port that does with each request what its script says. One thread accepts; each
/// connection has a thread of its own.
final class LoopbackServer: Sendable {
    /// A request as it arrived.
    struct Request: Sendable {
        /// Counted from 0 in order of acceptance.
        let connection: Int
        /// Counted from 0 on this connection.
        let number: Int
        let head: String
        let body: [UInt8]
    }

    /// What to do next on the connection; after the last step the next request is read.
    enum Step: Sendable {
        case send(String)
        case sendBytes([UInt8])
        /// Until the client closes the connection.
        case sendForever([UInt8])
        /// With FIN.
        case close
        /// With RST.
        case reset
        /// Until the client closes.
        case hang
    }

    enum Event: Sendable, Equatable {
        case accepted, requested, closedByClient
    }

    private struct State {
        var accepted = 0
        var requests = 0
        var open: [Int: Int32] = [:]
        var peak = 0
        var isStopped = false
    }

    let port: UInt16
    /// What happened, in order.
    let events: AsyncStream<Event>
    private let continuation: AsyncStream<Event>.Continuation
    private let listener: Int32
    private let script: @Sendable (Request) -> [Step]
    private let state = Mutex(State())

    init(_ script: @escaping @Sendable (Request) -> [Step]) {
        self.script = script
        (events, continuation) = AsyncStream.makeStream()
        (listener, port) = Socket.listen()
        startThread { self.accept() }
    }

    /// Ends all connections; the threads then end by themselves.
    func stop() {
        state.withLock { state in
            state.isStopped = true
            for descriptor in state.open.values { _ = shutdown(descriptor, Int32(SHUT_RDWR)) }
        }
        _ = shutdown(listener, Int32(SHUT_RDWR))
        continuation.finish()
    }

    var origin: String { "http://127.0.0.1:\(port)" }
    var accepted: Int { state.withLock { $0.accepted } }
    var requests: Int { state.withLock { $0.requests } }
    /// The most connections that were open at once.
    var peak: Int { state.withLock { $0.peak } }

    /// Waits until this has happened once more.
    func waits(for wanted: Event) async {
        for await event in events where event == wanted { return }
    }

    private func accept() {
        defer { _ = close(listener) }
        while let descriptor = Socket.accept(listener) {
            guard let number = register(descriptor) else {
                _ = close(descriptor)
                return
            }
            continuation.yield(.accepted)
            startThread { self.serve(Connection(descriptor), number) }
        }
    }

    private func register(_ descriptor: Int32) -> Int? {
        state.withLock { state in
            guard !state.isStopped else { return nil }
            state.open[state.accepted] = descriptor
            state.accepted += 1
            state.peak = max(state.peak, state.open.count)
            return state.accepted - 1
        }
    }

    private func serve(_ connection: Connection, _ number: Int) {
        var count = 0
        while let (head, body) = connection.nextRequest() {
            state.withLock { $0.requests += 1 }
            continuation.yield(.requested)
            let steps = script(Request(connection: number, number: count, head: head, body: body))
            guard steps.allSatisfy({ connection.perform($0) }) else { break }
            count += 1
        }
        if connection.isClosedByClient { continuation.yield(.closedByClient) }
        state.withLock { state in
            state.open[number] = nil
            connection.close()
        }
    }
}
