import Curl
public import Formats
public import SigV4
import Synchronization

/// Holds the credentials that requests are signed with, and refreshes them before they expire.
///
/// Only the task of ``run()`` fetches; callers wait for it, so a cancelled caller cancels no fetch. The three parts of a
/// set are handed out together. All methods may be called from any thread.
public final class CredentialsRefresher: Sendable {
    /// What the lock guards.
    private struct Guarded: Sendable {
        var state = RefreshState()
        var waiters = RefreshWaiters()
    }

    private let provider: any CredentialsProvider
    private let now: @Sendable () -> Timestamp
    private let tick: Duration
    private let cooldown: @Sendable () -> FailureCooldown
    private let askTime: @Sendable () async -> Void
    private let report: @Sendable (RefreshEvent) -> Void
    private let guarded: Mutex<Guarded>
    /// What ``run()`` reports before its first fetch.
    private let initialEvent: RefreshEvent?
    private let wakeUps: AsyncStream<Void>
    private let wakeUp: AsyncStream<Void>.Continuation

    /// A refresher that does nothing until ``run()`` is called.
    ///
    /// - Parameters:
    ///   - first: a set that `provider` has just yielded and whose shape was checked; without it ``run()`` begins with
    ///     a fetch.
    ///   - now: AWS's time, by which sets expire.
    ///   - tick: how often ``run()`` looks whether the set nears its expiration. It does not sleep until then, because a
    ///     wall clock can be set and a machine can be suspended.
    ///   - cooldown: for how long a source that failed is not asked again.
    ///   - askTime: asks AWS for its time, from which `now` learns. Called where a fetched set seems to have expired: this
    ///     machine's clock may be wrong.
    ///   - report: called with the result of each refresh, on the task of ``run()``.
    public init(
        provider: any CredentialsProvider, holding first: (credentials: Credentials, origin: CredentialsOrigin)? = nil,
        now: @escaping @Sendable () -> Timestamp, tick: Duration = .seconds(10),
        cooldown: @escaping @Sendable () -> FailureCooldown = FailureCooldown.random,
        askTime: @escaping @Sendable () async -> Void = {},
        report: @escaping @Sendable (RefreshEvent) -> Void
    ) {
        self.provider = provider
        self.now = now
        self.tick = tick
        self.cooldown = cooldown
        self.askTime = askTime
        self.report = report
        var guarded = Guarded()
        initialEvent = first.map { guarded.state.finishFetch(with: $0.credentials, from: $0.origin, at: now()) }
        self.guarded = Mutex(guarded)
        (wakeUps, wakeUp) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }
}

// MARK: - Callers

extension CredentialsRefresher: CredentialsSource {
    /// The set to sign with. Waits for ``run()`` only where no usable set is held, until the deadline at most; or where the
    /// set expires within a minute and no refresh of it has failed yet, for half of the time until the deadline.
    public func current(by deadline: ContinuousClock.Instant) async throws(CredentialsUnavailable) -> Credentials {
        do throws(CredentialsError) {
            return try await credentials(for: .current, at: now(), by: deadline)
        } catch {
            throw CredentialsUnavailable(reason: "\(error.withoutMessage)")
        }
    }

    /// A set other than `rejected`, which AWS rejected. Returns at once if it was replaced meanwhile; otherwise all
    /// callers share one fetch, and wait for it until the deadline at most.
    ///
    /// Throws what the fetch threw, and where it brought the same set again. For some seconds after that it throws
    /// without a fetch. Where AWS rejects the replacement too, it throws without a fetch for some seconds, and for up to
    /// five minutes if that goes on.
    public func replacement(
        for rejected: Credentials, by deadline: ContinuousClock.Instant
    ) async throws(CredentialsUnavailable) -> Credentials {
        do throws(CredentialsError) {
            return try await credentials(for: .replacement(for: rejected), at: now(), by: deadline)
        } catch {
            throw CredentialsUnavailable(reason: "\(error.withoutMessage)")
        }
    }

    /// What ``RefreshState`` decides for the request, after a wait for a fetch where it says so. A caller that the held set
    /// would serve waits for a share of its time only, and then gets that set. Throws `cancelled` and `timedOut` where the
    /// wait ends first.
    package func credentials(
        for request: RefreshState.Request, at now: Timestamp, by deadline: ContinuousClock.Instant
    ) async throws(CredentialsError) -> Credentials {
        switch guarded.withLock({ $0.state.decide(request, at: now) }) {
        case .use(let credentials): return credentials
        case .fail(let error): throw error
        case .wait: break
        }
        guard guarded.withLock({ $0.state.lastResort(for: request, at: now) }) != nil
        else { return try await waitForFetch(request, at: now, until: deadline).get() }
        let outcome = await waitForFetch(request, at: now, until: deadline.endOfAttempt(from: .now, isLast: false))
        if outcome == .failure(.timedOut),
            let held = guarded.withLock({ $0.state.lastResort(for: request, at: self.now()) })
        {
            return held
        }
        return try outcome.get()
    }

    private func waitForFetch(
        _ request: RefreshState.Request, at now: Timestamp, until deadline: ContinuousClock.Instant
    ) async -> RefreshWaiters.Outcome {
        let id = guarded.withLock { $0.waiters.makeID() }
        var timer: Task<Void, Never>?
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                park(RefreshWaiters.Waiter(request: request, continuation: continuation), id: id, at: now)
                timer = Task {
                    try? await Task.sleep(until: deadline, clock: .continuous)
                    self.endWait(id: id, because: .timedOut)
                }
            }
        } onCancel: {
            endWait(id: id, because: .cancelled)
        }
        timer?.cancel()
        // The timer ends at once; its end finds no waiter of this ID.
        await timer?.value
        return outcome
    }

    private func park(_ waiter: RefreshWaiters.Waiter, id: UInt64, at now: Timestamp) {
        guarded.withLock { $0.waiters.add(waiter, id: id, unlessAnsweredBy: &$0.state, at: now) }?.resume()
        wakeUp.yield()
        // A cancellation before the waiter was added found none to remove.
        if Task.isCancelled { endWait(id: id, because: .cancelled) }
    }

    private func endWait(id: UInt64, because error: CredentialsError) {
        guarded.withLock { $0.waiters.remove(id: id, failing: error) }?.resume()
    }
}

// MARK: - Fetches

extension CredentialsRefresher {
    /// Fetches at once where no set is held, then whenever a caller needs a fetch or the set nears its expiration, until
    /// the task is cancelled. After that the held set is served as it is. To be called once.
    public func run() async {
        if let initialEvent { report(initialEvent) }
        wakeUp.yield()
        await withDiscardingTaskGroup { group in
            group.addTask { await self.wakeUpEveryTick() }
            for await _ in wakeUps { await refreshWhileDue() }
            group.cancelAll()
        }
        close()
    }

    /// Fetches again soon, though the held set may not near its expiration; ``run()`` reports how that ends. If it fails, the held
    /// set stays in use as long as it would have been.
    public func refreshEarly() {
        guarded.withLock { $0.state.refreshEarly() }
        wakeUp.yield()
    }

    private func wakeUpEveryTick() async {
        while (try? await Task.sleep(for: tick)) != nil { wakeUp.yield() }
    }

    private func refreshWhileDue() async {
        while guarded.withLock({ $0.state.beginsFetch(at: now()) }) {
            finish(await fetch(), at: now())
        }
    }

    private typealias FetchResult = Result<(Credentials, CredentialsOrigin), CredentialsError>

    private func fetch() async -> FetchResult {
        do throws(CredentialsError) {
            switch try await provider.credentials(at: now()) {
            case .notConfigured(let reason), .notYet(let reason): return .failure(.notConfigured(reason: reason))
            case .found(let credentials, let origin):
                if credentials.hasExpired(at: now()) { await askTime() }
                try credentials.checkShape(at: now())
                return .success((credentials, origin))
            }
        } catch {
            return .failure(error)
        }
    }

    private func finish(_ result: FetchResult, at now: Timestamp) {
        let cooldown = cooldown()
        let (event, resumptions) = guarded.withLock { guarded in
            let event =
                switch result {
                case .success(let (credentials, origin)):
                    guarded.state.finishFetch(with: credentials, from: origin, at: now)
                case .failure(let error): guarded.state.finishFetch(failing: error, at: now, cooldown: cooldown)
                }
            return (event, guarded.waiters.removeAnswered(by: &guarded.state, at: now))
        }
        for resumption in resumptions { resumption.resume() }
        report(event)
    }

    private func close() {
        let end = now()
        let resumptions = guarded.withLock { guarded in
            guarded.state.close()
            return guarded.waiters.removeAnswered(by: &guarded.state, at: end)
        }
        for resumption in resumptions { resumption.resume() }
    }
}

/// How a refresh ended. Holds no secret.
public enum RefreshEvent: Sendable, Equatable {
    /// A new set is in use; `expiration` is nil for a set without one.
    case refreshed(expiration: Timestamp?, from: CredentialsOrigin)
    /// No usable set came. The old set, which expires (or expired) at `expiration`, stays in use.
    case kept(expiration: Timestamp?, because: CredentialsError)
    /// No usable set came, and no usable set is held.
    case failed(CredentialsError)
}
