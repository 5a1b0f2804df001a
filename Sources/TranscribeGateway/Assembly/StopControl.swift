import Gateway
import Glibc
import Logging
import ServiceLifecycle
import Synchronization
import Telemetry
import UnixSignals

/// What the signals that ask for a stop do, from the search for credentials at the start to the last request.
final class StopControl: Sendable {
    private enum Stage {
        /// The listeners are not open: there is nothing to finish.
        case starting
        case stoppedAtStart
        /// The listeners are being opened. A signal waits for the group.
        case opening(CheckedContinuation<ServiceGroup?, Never>?)
        case serving(ServiceGroup)
        /// The work has failed: there is no group, or none any more.
        case failed
    }

    /// How long a start that is ended may take for that, in which it ends the programs that it has started.
    private static let patience = Duration.milliseconds(500)

    let forcedStop = ForcedStop()
    private let stage = Mutex(Stage.starting)
    private let hasSignal = Atomic(false)
    private let log: LogOutput
    private let readiness: Readiness
    private let manager: ServiceManager

    init(_ log: LogOutput, _ readiness: Readiness, _ manager: ServiceManager) {
        self.log = log
        self.readiness = readiness
        self.manager = manager
    }

    /// Whether a signal has asked for a stop.
    var isStopping: Bool { hasSignal.load(ordering: .relaxed) }

    /// Does the work of the process while it obeys the signals. A signal during ``Stage/starting`` cancels the work, and the process
    /// ends with status 0 whatever becomes of it.
    func run(until signals: UnixSignalsSequence, _ work: @escaping @Sendable () async throws -> Void) async throws {
        // Ended by a signal or by itself, and awaited below.
        let life = Task { try await work() }
        try await withThrowingDiscardingTaskGroup { tasks in
            tasks.addTask { await self.obey(signals, ending: life) }
            defer { tasks.cancelAll() }
            do {
                try await life.value
            } catch {
                if self.endsByFailure() { throw error }
            }
        }
    }

    /// The listeners will be opened now: from here on a stop finishes the accepted requests.
    /// - Throws: `CancellationError` if a signal has come already.
    func beginOpening() throws {
        try stage.withLock { stage in
            guard case .starting = stage else { throw CancellationError() }
            stage = .opening(nil)
        }
    }

    /// The listeners are open, and the group stops them.
    func beginServing(_ group: ServiceGroup) {
        let waiting: CheckedContinuation<ServiceGroup?, Never>? = stage.withLock { stage in
            defer { stage = .serving(group) }
            if case .opening(let waiting) = stage { return waiting }
            return nil
        }
        waiting?.resume(returning: group)
    }

    private func obey(_ signals: UnixSignalsSequence, ending life: Task<Void, any Error>) async {
        var received = StopSignals()
        for await signal in signals {
            switch received.action(at: .now) {
            case .stop: await stop(because: signal, ending: life)
            case .stopAtOnce:
                log.logger.notice("stopping at once, because a second signal came")
                forcedStop.force()
            case .none: break
            }
        }
    }

    private func stop(because signal: UnixSignal, ending life: Task<Void, any Error>) async {
        let metadata: Logger.Metadata = ["signal": "\(signal)"]
        hasSignal.store(true, ordering: .relaxed)
        guard endsStart() else {
            // Before anything else, so that a balancer sees it for the whole of `drain.delay`.
            readiness.endServing(because: Listeners.stopping)
            manager.tellStopping()
            log.logger.notice("stopping, because a signal came", metadata: metadata)
            await serviceGroup()?.triggerGracefulShutdown()
            return
        }
        manager.tellStopping()
        log.logger.notice("stopped by a signal before the start had finished", metadata: metadata)
        log.writer.flush(within: Self.patience)
        life.cancel()
        // The process has ended by then, unless a file system or a resolver does not respond.
        try? await Task.sleep(for: Self.patience)
        if !Task.isCancelled { _exit(0) }
    }

    /// Whether the listeners are not open. Then they never will be.
    private func endsStart() -> Bool {
        stage.withLock { stage in
            guard case .starting = stage else { return false }
            stage = .stoppedAtStart
            return true
        }
    }

    /// Whether the work has failed by itself and not because a signal has cancelled it. A signal waits for the group no longer then.
    private func endsByFailure() -> Bool {
        let (isFailure, waiting): (Bool, CheckedContinuation<ServiceGroup?, Never>?) = stage.withLock { stage in
            if case .stoppedAtStart = stage { return (false, nil) }
            defer { stage = .failed }
            if case .opening(let waiting) = stage { return (true, waiting) }
            return (true, nil)
        }
        waiting?.resume(returning: nil)
        return isFailure
    }

    /// Waits while the listeners are being opened. Nil if the work has failed.
    private func serviceGroup() async -> ServiceGroup? {
        await withCheckedContinuation { continuation in
            let (isKnown, group): (Bool, ServiceGroup?) = stage.withLock { stage in
                switch stage {
                case .serving(let group): return (true, group)
                case .failed: return (true, nil)
                case .starting, .stoppedAtStart, .opening:
                    stage = .opening(continuation)
                    return (false, nil)
                }
            }
            if isKnown { continuation.resume(returning: group) }
        }
    }
}

/// What each signal that asks for a stop means. Programs such as `timeout` of GNU coreutils send one to the process and one to
/// its group, so two within a moment are one.
struct StopSignals {
    enum Action {
        case stop
        case stopAtOnce
        case none
    }

    private static let moment = Duration.milliseconds(100)

    private var first: ContinuousClock.Instant?
    private var isAtOnce = false

    /// - Parameter now: when the signal came.
    mutating func action(at now: ContinuousClock.Instant) -> Action {
        guard let first else {
            first = now
            return .stop
        }
        guard !isAtOnce, first.duration(to: now) > Self.moment else { return .none }
        isAtOnce = true
        return .stopAtOnce
    }
}
