import HTTPExchange
import Synchronization
import Threads

/// The server's own thread beside the library's. It fires deadlines, ends connections that take too long, and stops the
/// server.
final class ServerThread: Sendable {
    private enum State {
        case serving
        case stopping(by: ContinuousClock.Instant, CheckedContinuation<Void, Never>)
        case stopped
    }

    /// A drained server is quiet after this time without a request under way: long enough for a request that the kernel
    /// has accepted to reach a worker.
    private static let quiet = Duration.milliseconds(300)

    private let context: ServerContext
    private let acceptor: Acceptor
    private let daemon: Daemon
    private let start = ContinuousClock.now
    private let state = Mutex(State.serving)
    private let mustStopNow = Atomic(false)

    /// Starts the acceptor's thread and this one. Takes the socket and the daemon over: both are closed if this fails.
    /// - Throws: ``ServerError/shortage(reason:)``.
    init(context: ServerContext, socket: ListeningSocket, daemon: Daemon) throws(ServerError) {
        self.context = context
        self.daemon = daemon
        do throws(SystemCallError) {
            acceptor = try Acceptor(socket, daemon: daemon, context: context)
        } catch {
            socket.close()
            daemon.stop()
            throw .shortage(reason: "\(error)")
        }
        do throws(SystemCallError) {
            try DetachedThread.start { self.run() }
        } catch {
            acceptor.stop()
            daemon.stop()
            throw .shortage(reason: "\(error)")
        }
    }

    /// Returns when everything has stopped. Call it once.
    func stop(by deadline: ContinuousClock.Instant) async {
        await withCheckedContinuation { continuation in
            state.withLock { $0 = .stopping(by: deadline, continuation) }
            context.wakeUp.signal()
        }
    }

    /// Ends the grace of a stop, whether the stop has begun or not.
    func stopNow() {
        mustStopNow.store(true, ordering: .relaxed)
        context.wakeUp.signal()
    }

    /// Whether this thread, the acceptor's and the library's have given a sign of life since they were asked for one, or were asked a
    /// moment ago. Asks them again.
    func isTurning(at now: ContinuousClock.Instant) -> Bool {
        if case .stopped = state.withLock({ $0 }) { return true }
        let lag = start.duration(to: now) - CoarseClock.resolution * context.clock.now
        guard lag < ThreadSigns.patience, acceptor.isTurning(at: now) else { return false }
        return context.signs?.haveCome(at: now) ?? true
    }

    private func run() {
        while true {
            context.signs?.ask(daemon, at: .now)
            tick()
            if case .stopping(let deadline, let continuation) = state.withLock({ $0 }) {
                drain(by: deadline)
                state.withLock { $0 = .stopped }
                return continuation.resume()
            }
        }
    }

    /// Does what is due, then sleeps until the next deadline or tick.
    private func tick() {
        let now = ContinuousClock.now
        let tick = Int(start.duration(to: now) / CoarseClock.resolution)
        if tick > context.clock.now {
            context.clock.advance(to: tick)
            if context.places.takenCount > 0 { context.threads.interrupt() }
            context.table.reap(at: tick, isFull: context.places.isWaitedFor && !context.isDraining)
        }
        context.wakeUp.wait(until: context.deadlines.fire(at: now, wakingBy: now + CoarseClock.resolution))
    }

    private func drain(by deadline: ContinuousClock.Instant) {
        // In this order: a client whose reply says "close" connects again at once, and has to be refused by then.
        acceptor.stop()
        context.startDraining()
        context.deadlines.startDraining()
        context.table.completeStreams(at: context.clock.now)
        var wait = StopWait(from: .now)
        tickWhileBusy(&wait) { ContinuousClock.now < deadline && !mustStopNow.load(ordering: .relaxed) }
        context.deadlines.close()
        // Without a time limit: a prepared reply is about to be sent, a stream to end, and to stop the library before that aborts
        // the process.
        while context.deadlines.suspendedCount > 0 { tick(&wait) }
        let end = ContinuousClock.now + .seconds(1)
        if isBusy(wait) { tickWhileBusy(&wait) { ContinuousClock.now < end } }
        daemon.stop()
    }

    /// Whether requests are under way, or connections may be about to bring one. Those that the library has not begun after
    /// a second are none: it does not report that it has failed to begin one.
    private func isBusy(_ wait: StopWait) -> Bool {
        context.table.busyCount(at: context.clock.now) > 0 || !wait.isLong(at: .now) && context.places.unbegunCount > 0
    }

    private func tickWhileBusy(_ wait: inout StopWait, and mayGoOn: () -> Bool) {
        var lastBusy = ContinuousClock.now
        while mayGoOn(), lastBusy.duration(to: .now) < Self.quiet {
            if isBusy(wait) { lastBusy = .now }
            tick(&wait)
        }
    }

    private func tick(_ wait: inout StopWait) {
        tick()
        let (waiting, sending) = (context.deadlines.suspendedCount, context.table.sendingCount)
        if waiting + sending > 0, wait.mustBeLogged(at: .now) {
            context.options.log(StopWait.text(waiting: (waiting, context.table.waitingNames), sending: sending))
        }
    }
}

/// What a stop waits for, which the log says once when the stop has lasted a second.
struct StopWait {
    private static let patience = Duration.seconds(1)
    /// Names of requests in the line at most.
    static let names = 5

    private let start: ContinuousClock.Instant
    private var isLogged = false

    init(from start: ContinuousClock.Instant) {
        self.start = start
    }

    /// Whether it has lasted a second.
    func isLong(at now: ContinuousClock.Instant) -> Bool { start.duration(to: now) >= Self.patience }

    mutating func mustBeLogged(at now: ContinuousClock.Instant) -> Bool {
        guard !isLogged, isLong(at: now) else { return false }
        isLogged = true
        return true
    }

    /// - Parameters:
    ///   - waiting: how many requests wait for their replies, and the names of some.
    ///   - sending: replies that are being sent.
    static func text(waiting: (count: Int, names: [String]), sending: Int) -> String {
        var text = "the stop waits for \(waiting.count) requests without a reply"
        if !waiting.names.isEmpty { text += " (\(waiting.names.joined(separator: ", ")))" }
        return text + " and for \(sending) replies that clients have not read"
    }
}

/// Time in ticks of 100 ms. The server's own thread advances it, so that a hit reads no clock for its time limits.
final class CoarseClock: Sendable {
    static let resolution = Duration.milliseconds(100)
    private let ticks = Atomic(0)

    var now: Int { ticks.load(ordering: .relaxed) }

    /// The first tick at which so many whole ticks have passed.
    func tick(after ticks: Int) -> Int { now + ticks + 1 }

    /// The duration in ticks, rounded up. For limits, which are computed once: a division of durations is slow.
    static func ticks(in duration: Duration) -> Int { Int((duration / resolution).rounded(.up)) }

    /// Whole ticks.
    static func ticks(inMilliseconds milliseconds: Int) -> Int { milliseconds / 100 }

    func advance(to tick: Int) { ticks.store(tick, ordering: .relaxed) }
}
