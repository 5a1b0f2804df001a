import CMicroHTTPD  // The Glibc module leaves socket headers to whichever module includes them first.
import Glibc
import HTTPExchange
import Synchronization
import Threads

/// Accepts connections on a thread of its own and hands them to the library.
///
/// The library has no listening socket and never meets a connection limit of its own: at such a limit 0.9.75 returns with a
/// mutex locked (daemon.c, `new_connection_process_`), and its threads, its stop and every resume hang from then on.
final class Acceptor: Sendable {
    /// Long enough for a handshake in a data centre.
    private static let handshake = Duration.milliseconds(50)
    /// How long a stop accepts connections at most.
    private static let lastConnections = Duration.seconds(1)

    private let listening: ListeningSocket
    private let daemon: Daemon
    private let context: ServerContext
    private let wakeUp: WakeUp
    private let hasEnded: WakeUp
    private let isStopping = Atomic(false)
    private let isDone = Atomic(false)
    private let turns = Atomic(0)
    /// How many turns there were when the thread was last woken for a sign of life.
    private let asked = Mutex<(turns: Int, at: ContinuousClock.Instant)?>(nil)

    /// Starts the thread, which closes the socket when it ends.
    /// - Throws: ``SystemCallError`` if the system has no thread or descriptor left; the socket stays open.
    init(_ listening: ListeningSocket, daemon: Daemon, context: ServerContext) throws(SystemCallError) {
        self.listening = listening
        self.daemon = daemon
        self.context = context
        wakeUp = context.acceptorWakeUp
        hasEnded = try WakeUp()
        try DetachedThread.start { self.run() }
    }

    /// Accepts what the kernel has accepted until now, refuses everything that comes later, and returns when the thread has
    /// done both. Call it once, on the server's own thread.
    func stop() {
        isStopping.store(true, ordering: .releasing)
        wakeUp.signal()
        while hasEnded.wait(forInputFrom: nil, until: .now + .seconds(60)) != .signal {}
    }

    /// Whether the thread has turned since it was woken for that, or was woken a moment ago. Wakes it again.
    func isTurning(at now: ContinuousClock.Instant) -> Bool {
        let turns = turns.load(ordering: .relaxed)
        return asked.withLock { asked in
            if let asked, asked.turns == turns, !isDone.load(ordering: .relaxed) {
                return asked.at.duration(to: now) < ThreadSigns.patience
            }
            asked = (turns, now)
            wakeUp.signal()
            return true
        }
    }

    private func run() {
        // To take connections one by one costs two system calls more for each.
        DetachedThread.interruptNoOther()
        while !isStopping.load(ordering: .acquiring) {
            acceptOne()
            turns.add(1, ordering: .relaxed)
        }
        acceptLast()
        listening.close()
        isDone.store(true, ordering: .relaxed)
        hasEnded.signal()
    }

    private func acceptOne() {
        if context.places.areTaken {
            guard waitForConnection(until: .now + .seconds(60)) == .input else { return }
            guard context.places.waitForPlace() else {
                context.refusals.recordFull(limit: context.places.limit, at: .now)
                return wakeUp.wait(until: .now + .seconds(1))
            }
        }
        switch listening.accept() {
        case .connection(let socket, let peer, let address): add(socket, of: peer, at: address)
        case .none: _ = waitForConnection(until: .now + .seconds(60))
        case .failure(let error):
            record(error)
            wakeUp.wait(until: .now + .milliseconds(100))
        }
    }

    private func record(_ error: SystemCallError) {
        if error.isShortage { context.counters.recordShortage() }
        context.refusals.recordFailure(error, at: .now)
    }

    private func waitForConnection(until instant: ContinuousClock.Instant) -> WakeUp.Reason {
        let reason = wakeUp.wait(forInputFrom: listening.descriptor, until: instant)
        // A kept signal is of a place that became free, or of the stop, which has its own flag.
        if reason == .signal { wakeUp.wait(until: .now) }
        return reason
    }

    /// Connections that the kernel has accepted may hold a request already, and to close the listening socket would reset
    /// them. So no new ones begin, and those that wait are accepted, however many places there are, and those whose handshake
    /// has begun. What is left is reset if the system has no descriptor for it, or if new ones come all the same. Where another
    /// process may accept from the socket later, all is left to that.
    private func acceptLast() {
        guard listening.losesConnections else { return }
        listening.refuseNewConnections()
        let start = ContinuousClock.now
        while start.duration(to: .now) < Self.lastConnections {
            switch listening.accept() {
            case .connection(let socket, let peer, let address): add(socket, of: peer, at: address)
            case .none where waitForConnection(until: start + Self.handshake) == .time: return
            case .none: continue
            case .failure(let error): return record(error)
            }
        }
    }

    private func add(_ socket: Int32, of peer: PeerAddress, at address: SocketAddress) {
        guard context.places.take(socket, of: peer) else {
            context.counters.recordRefused()
            context.refusals.recordAddress(peer, limit: context.places.addressLimit, at: .now)
            Glibc.close(socket)
            return
        }
        context.counters.recordAccepted()
        if !daemon.add(socket, address) { context.places.giveBack(unbegun: socket) }
    }
}

/// Logs that connections are refused or have to wait: the first time, and again only after a minute without another one.
final class RefusalLog: Sendable {
    private static let quiet = Duration.seconds(60)

    private let log: @Sendable (String) -> Void
    private let last = Mutex<[Int: ContinuousClock.Instant]>([:])

    init(log: @escaping @Sendable (String) -> Void) {
        self.log = log
    }

    func recordFull(limit: Int, at now: ContinuousClock.Instant) {
        record(0, at: now, "all \(limit) connections are in use; new clients wait until one ends")
    }

    func recordAddress(_ peer: PeerAddress, limit: Int, at now: ContinuousClock.Instant) {
        let kind = peer.isUnix ? "user" : "address"
        record(1, at: now, "\(peer.text) has \(limit) connections, as many as one \(kind) may have; more are closed")
    }

    func recordFailure(_ error: SystemCallError, at now: ContinuousClock.Instant) {
        record(
            2, at: now,
            error.isShortage
                ? "no descriptor is left for new connections, which wait until one is closed; raise the limit of open files"
                : "new connections cannot be accepted: \(error)")
    }

    private func record(_ kind: Int, at now: ContinuousClock.Instant, _ text: @autoclosure () -> String) {
        let isFirst = last.withLock { last in
            defer { last[kind] = now }
            return last[kind].map { $0.duration(to: now) >= Self.quiet } ?? true
        }
        if isFirst { log(text()) }
    }
}
