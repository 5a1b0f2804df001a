public import Formats
public import SigV4
import Synchronization

/// Holds the credentials that requests are signed with, and replaces them before they end.
///
/// One task fetches, the one that runs ``run()``; callers only wait for it, so a caller who leaves cancels nothing.
/// The three parts of a set are handed out together. All methods may be called from any thread.
public final class CredentialsRefresher: Sendable {
    private let provider: any CredentialsProvider
    private let now: @Sendable () -> Timestamp
    private let tick: Duration
    private let cooldown: @Sendable () -> Int64
    private let report: @Sendable (RefreshEvent) -> Void
    private let waiters: Mutex<RefreshWaiters>
    /// What ``run()`` has to report at first.
    private let initialEvent: RefreshEvent?
    private let wakeUps: AsyncStream<Void>
    private let wakeUp: AsyncStream<Void>.Continuation

    /// `first` is a set that `provider` has just yielded, whose shape was checked; without one ``run()`` begins with a
    /// fetch. `now` is the wall clock. `tick` is how often ``run()`` looks whether the set nears its end; it looks instead of
    /// sleeping until then because a wall clock can be set and a machine can be suspended. `cooldown` is for how many
    /// milliseconds a source that failed is left alone: five to ten minutes, at random, because a thousand gateways
    /// must not come back at once to a source that fell. `report` hears how each refresh ended, on the task of
    /// ``run()``.
    public init(
        provider: any CredentialsProvider, holding first: (credentials: Credentials, origin: CredentialsOrigin)? = nil,
        now: @escaping @Sendable () -> Timestamp, tick: Duration = .seconds(30),
        cooldown: @escaping @Sendable () -> Int64 = { .random(in: 300_000...600_000) },
        report: @escaping @Sendable (RefreshEvent) -> Void
    ) {
        self.provider = provider
        self.now = now
        self.tick = tick
        self.cooldown = cooldown
        self.report = report
        var waiters = RefreshWaiters()
        initialEvent = first.map { waiters.state.begin(with: $0.credentials, from: $0.origin, at: now()) }
        self.waiters = Mutex(waiters)
        (wakeUps, wakeUp) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// The set to sign with. Waits for ``run()`` only where nothing usable is held, or the set ends within a minute and
    /// no fetch has failed yet.
    ///
    /// Throws where nothing usable is held and the source yields nothing; `cancelled` if the caller is cancelled
    /// meanwhile.
    public func current(at now: Timestamp) async throws(CredentialsError) -> Credentials {
        try await answer(to: .current, at: now)
    }

    /// The set to sign with if there is one at once: nil where ``current(at:)`` would wait or throw.
    public func held(at now: Timestamp) -> Credentials? {
        guard case .use(let credentials) = waiters.withLock({ $0.state.answer(.current, at: now) }) else { return nil }
        return credentials
    }

    /// A set other than `rejected`, which AWS refused. Returns at once if it was replaced meanwhile; else everybody who
    /// asks shares one fetch. Throws what that fetch threw, or `unchanged` where it brought the same set again; for
    /// some seconds after that it throws without a fetch. Where AWS refuses the new set too, it throws `refusedAgain`
    /// without a fetch for some seconds, and for up to five minutes if that goes on.
    public func replacement(
        for rejected: Credentials, at now: Timestamp
    ) async throws(CredentialsError) -> Credentials {
        try await answer(to: .replacement(for: rejected), at: now)
    }

    private func answer(
        to question: RefreshState.Question, at now: Timestamp
    ) async throws(CredentialsError) -> Credentials {
        switch waiters.withLock({ $0.state.answer(question, at: now) }) {
        case .use(let credentials): return credentials
        case .refuse(let error): throw error
        case .wait: return try await waitForLanding(question, at: now).get()
        }
    }
}

// MARK: - Waiting

extension CredentialsRefresher {
    private func waitForLanding(_ question: RefreshState.Question, at now: Timestamp) async -> RefreshWaiters.Outcome {
        let waiterID = waiters.withLock { $0.makeWaiterID() }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                park(RefreshWaiters.Waiter(question: question, continuation: continuation), waiterID: waiterID, at: now)
            }
        } onCancel: {
            withdraw(waiterID: waiterID)
        }
    }

    private func park(_ waiter: RefreshWaiters.Waiter, waiterID: UInt64, at now: Timestamp) {
        waiters.withLock { $0.admit(waiter, waiterID: waiterID, at: now) }?.resume()
        wakeUp.yield()
        // A cancellation that came before the waiter was admitted found nobody to withdraw.
        if Task.isCancelled { withdraw(waiterID: waiterID) }
    }

    private func withdraw(waiterID: UInt64) {
        waiters.withLock { $0.withdraw(waiterID: waiterID) }?.resume()
    }
}

// MARK: - Fetching

extension CredentialsRefresher {
    /// Fetches at once where nothing is held, then whenever somebody needs it or the set nears its end, until the task
    /// is cancelled. After that the set in hand is served as it is. To be called once.
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

    private func wakeUpEveryTick() async {
        while (try? await Task.sleep(for: tick)) != nil { wakeUp.yield() }
    }

    private func refreshWhileDue() async {
        while waiters.withLock({ $0.state.beginsFetch(at: now()) }) {
            land(await fetch(), at: now())
        }
    }

    private func land(_ result: FetchResult, at landing: Timestamp) {
        let cooldown = cooldown()
        let (event, resumptions) = waiters.withLock { waiters in
            let event =
                switch result {
                case .success(let (credentials, origin)): waiters.state.land(credentials, from: origin, at: landing)
                case .failure(let error): waiters.state.land(error, at: landing, cooldown: cooldown)
                }
            return (event, waiters.takeAnswered(at: landing))
        }
        for resumption in resumptions { resumption.resume() }
        report(event)
    }

    private typealias FetchResult = Result<(Credentials, CredentialsOrigin), CredentialsError>

    private func fetch() async -> FetchResult {
        do throws(CredentialsError) {
            switch try await provider.credentials(at: now()) {
            case .notConfigured(let reason): return .failure(.notConfigured(reason: reason))
            case .found(let credentials, let origin):
                try credentials.checkShape(at: now())
                return .success((credentials, origin))
            }
        } catch {
            return .failure(error)
        }
    }

    private func close() {
        let end = now()
        let resumptions = waiters.withLock { waiters in
            waiters.state.close()
            return waiters.takeAnswered(at: end)
        }
        for resumption in resumptions { resumption.resume() }
    }
}
