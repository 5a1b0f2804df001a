import Caching
import HTTPExchange
public import RateLimiting
import Synchronization
public import Transcribe

/// Asks AWS, once for all who wait for the same job.
///
/// A flight belongs to nobody: whoever joins it waits for its result, and whoever leaves cancels nothing. The flights
/// end with ``run()``, which has to be running.
public final class Fetcher: Sendable {
    let source: any JobSource
    let options: GatewayOptions
    let cache: JobCache
    let hash: @Sendable (JobName) -> UInt64
    let report: @Sendable (FetchFailure?) -> Void
    let admission: AdmissionControl
    let revocation = Revocation()
    private let flights: SingleFlight<JobName, Waiter>
    private let tasks = FetchTasks()

    /// - Parameters:
    ///   - hash: what stands for a job's name in the log, kept with it.
    ///   - report: hears of each fetch why it brought nothing; nil if it brought an answer.
    init(
        source: any JobSource, options: GatewayOptions, cache: JobCache,
        hash: @escaping @Sendable (JobName) -> UInt64, report: @escaping @Sendable (FetchFailure?) -> Void
    ) {
        self.source = source
        self.options = options
        self.cache = cache
        self.hash = hash
        self.report = report
        admission = AdmissionControl(options.admission, now: options.time.now, sleep: options.time.sleep)
        flights = SingleFlight(limit: options.waiters)
    }

    /// Calls to AWS, and what keeps them from being made.
    public var admissionStatus: AdmissionStatus { admission.status }
    /// Flights under way, those among them that have to wait for a call of their own.
    var fetchesInFlight: Int { flights.count }
    /// Requests that wait for them.
    public var waiting: Int { flights.waiting }
    /// Flies until the task is cancelled, which cancels what still flies; returns when the last flight has landed.
    public func run() async {
        await tasks.run { await admission.run() }
    }

    /// Waits for the job with everybody who wants it, as the first of them beginning the flight. `.full` if too many wait.
    func join(as waiter: Waiter) -> SingleFlight<JobName, Waiter>.Joined {
        join(as: waiter, isUrgent: true)
    }

    private func join(as waiter: Waiter, isUrgent: Bool) -> SingleFlight<JobName, Waiter>.Joined {
        let joined = flights.join(waiter.request.name, as: waiter)
        if case .leads = joined { begin(waiter.request, isUrgent: isUrgent) }
        return joined
    }

    /// Asks for the job although nobody waits for it, unless that is under way.
    func refresh(_ request: FetchRequest) {
        if flights.lead(request.name) { begin(request, isUrgent: false) }
    }

    private func begin(_ request: FetchRequest, isUrgent: Bool) {
        tasks.begin(isUrgent: isUrgent) { await self.run(request) }
    }

    /// All replies are made before the first is sent: each that is sent wakes a thread of the server's, which would then
    /// look at every request that still waits.
    private func run(_ request: FetchRequest) async {
        let result = await result(of: request)
        let waiters = flights.finish(request.name)
        let replies = waiters.enumerated().compactMap { index, waiter in
            result.isFinal(for: waiter, of: request)
                ? waiter.prepareReply(result, index > 0 || request.isRefresh) : rejoin(waiter)
        }
        for reply in replies { reply.send() }
    }

    /// Lets one who joined a flight that had to yield fly in its own right; not at once, for others may join it.
    private func rejoin(_ waiter: Waiter) -> (any PendingReply)? {
        guard case .full = join(as: waiter, isUrgent: false) else { return nil }
        return waiter.prepareReply(.tooManyWaiting, false)
    }
}

extension FetchResult {
    /// Whether this is the answer for who waits: a refresh that the budget had no token for is none for somebody who
    /// may have one of the reserve.
    fileprivate func isFinal(for waiter: Waiter, of request: FetchRequest) -> Bool {
        guard case .failed(let failure, _) = self, failure.isOwnRefusal else { return true }
        return waiter.request.priority == request.priority || request.priority == .interactive
    }
}

/// What a flight sets out for.
struct FetchRequest: Sendable {
    let name: JobName
    let reason: ForwardReason
    /// Whose turn it takes where calls have to wait.
    let caller: UInt64
    /// Whether nobody waits for it: it was begun to refresh what is served meanwhile.
    let isRefresh: Bool

    /// Who demands better than what is stored, and what nobody waits for, leaves the reserve of the budget alone.
    var priority: CallPriority { isRefresh || reason == .request ? .background : .interactive }
}

/// How a flight ended, for everybody who waited for it.
enum FetchResult: Sendable {
    /// `isStored` is false if a purge or the cache's bounds kept the answer out of it.
    case answered(CacheEntry<CachedAnswer>, isStored: Bool)
    /// `fallback` is what may be served all the same.
    case failed(FetchFailure, fallback: CacheEntry<CachedAnswer>?)
    /// It brought nothing for this waiter, and so many others wait that it cannot join another one.
    case tooManyWaiting
}

/// A request that waits for a flight.
struct Waiter: Sendable {
    let request: FetchRequest
    /// Makes the reply without sending it, and gives what sends it; nil if the request was answered meanwhile.
    /// `isCollapsed` if the flight was another one's. Called once; must not block.
    let prepareReply: @Sendable (_ result: FetchResult, _ isCollapsed: Bool) -> (any PendingReply)?
}

/// Where jobs come from: AWS, or a test's own.
public protocol JobSource: Sendable {
    /// The job as it is now; answers or throws by the deadline.
    ///
    /// - Parameters:
    ///   - attemptFailed: called at once with the error of each attempt that brought no job.
    ///   - admitRetry: asked right before each attempt but the first. If it says no, the call ends as that attempt did.
    func job(
        named name: JobName, deadline: ContinuousClock.Instant, attemptFailed: (TranscribeError) -> Void,
        admitRetry: () async -> Bool
    ) async throws(TranscribeError) -> JobResponse
}

extension TranscribeClient: JobSource {}
