import Caching
import HTTPExchange
public import RateLimiting
import Synchronization
public import Transcribe

/// Fetches jobs from AWS, each once for all requests that wait for it, and for all that watch it.
///
/// A fetch belongs to no request: a request that joins it waits for its result, and one that ends early cancels nothing.
/// The fetches end with ``run()``, which ``JobGateway/run()`` calls. Safe to use from any thread.
public final class Fetcher: Sendable {
    let source: any JobSource
    private let inForce: OptionsInForce
    let cache: JobCache
    let recorder: RequestRecorder
    let admission: AdmissionControl
    /// Of calls for the list of running jobs.
    let listAdmission: AdmissionControl
    private let lists: (any JobListSource)?
    let history = CallHistory()
    private let watches: JobWatches
    /// The problem of a job that AWS does not know, made once: each one that is remembered shares its text.
    let jobNotFound: Problem
    private let flights: SingleFlight<JobName, Waiter>
    private let tasks = FetchTasks()

    init(
        source: any JobSource, lists: (any JobListSource)?, options inForce: OptionsInForce, cache: JobCache,
        recorder: RequestRecorder,
        watches: JobWatches
    ) {
        self.watches = watches
        self.source = source
        self.lists = lists
        self.inForce = inForce
        let options = inForce.current.options
        jobNotFound = .jobNotFound(inRegion: options.region)
        self.cache = cache
        self.recorder = recorder
        admission = AdmissionControl(
            options.admission, now: options.time.now, sleep: options.time.sleep, report: recorder.upstreamLog(of: .job))
        listAdmission = AdmissionControl(
            AdmissionOptions(forListsAt: options.list.rate), now: options.time.now, sleep: options.time.sleep,
            report: recorder.upstreamLog(of: .list))
        flights = SingleFlight(limit: options.waiters)
    }

    var options: GatewayOptions {
        _read { yield inForce.current.options }
    }

    /// Puts the bounds of calls and of waiting requests in force that stand in the options.
    func adoptOptions() {
        admission.change(to: options.admission)
        listAdmission.change(to: AdmissionOptions(forListsAt: options.list.rate))
        flights.change(limit: options.waiters)
    }

    /// Calls to AWS, and what keeps them from being made.
    public var admissionStatus: AdmissionStatus { admission.status }
    /// Fetches under way, those that wait for their turn among them.
    var fetchesInFlight: Int { flights.count }
    /// Requests that wait for them.
    public var waiting: Int { flights.waiting }

    /// Whether a fetch of the job is under way.
    func isFetching(_ name: JobName) -> Bool { flights.isUnderWay(name) }

    /// Whether more than half of the places for waiting requests are taken. A place is free again when the fetch ends, also
    /// that of a request which has been served meanwhile; the other half is for requests that no stored job answers.
    var isCrowded: Bool { waiting > options.waiters / 2 }

    /// Runs the fetches, those for watched jobs among them, until the task is cancelled. That cancels the fetches under way;
    /// returns when the last has ended.
    public func run() async {
        await tasks.run {
            async let watching: Void = watches.run(on: options.time, by: self, lists)
            async let listing: Void = listAdmission.run()
            await admission.run()
            await listing
            await watching
        }
    }

    /// Lets a request wait for its job. The first one for a job begins the fetch.
    ///
    /// - Parameter isUrgent: whether the fetch begins on this thread, up to its first wait.
    /// - Returns: what sends the reply to a request that there is no room for; nil if it waits.
    func join(as waiter: Waiter, isUrgent: Bool) -> (any PendingReply)? {
        switch flights.join(waiter.request.name, as: waiter) {
        case .leads(let flight):
            tasks.begin(isUrgent: isUrgent) { await self.run(waiter.request, flight, isLedByWaiter: true) }
        case .joined: break
        case .full: return waiter.prepareReply(.tooManyWaiting, false)
        }
        return nil
    }

    /// Fetches the job in the background, unless a fetch of it is under way. Returns whether it began one.
    @discardableResult
    func refresh(_ request: FetchRequest) -> Bool {
        guard let flight = flights.lead(request.name) else { return false }
        tasks.begin(isUrgent: false) { await self.run(request, flight, isLedByWaiter: false) }
        return true
    }

    /// Does something at a time, unless the gateway stops before.
    func schedule(at time: ContinuousClock.Instant, _ work: @escaping @Sendable () -> Void) {
        tasks.begin(isUrgent: false) {
            if (try? await self.options.time.sleep(time)) != nil { work() }
        }
    }

    /// Lets no further request join the fetch of this job that is under way, or with nil any fetch: it is one from before a
    /// purge.
    func detach(_ name: JobName?) {
        if let name { flights.detach(name) } else { flights.detachAll() }
    }

    /// Fetches the job and gives the result to all that wait for it. A waiter that the result does not answer joins another
    /// fetch; that one does not begin at once, so that others can join it too.
    ///
    /// All replies are made before the first is sent: each reply that is sent wakes a thread of the server, which then looks
    /// at every request that still waits.
    ///
    /// - Parameter isLedByWaiter: whether the first waiter began the fetch.
    private func run(
        _ request: FetchRequest, _ flight: SingleFlight<JobName, Waiter>.Flight, isLedByWaiter: Bool
    ) async {
        watches.fetchBegins(request, at: Moment(options.time.now()))
        let calls = recorder.traceCalls(of: request, isAwaited: isLedByWaiter)
        let result = await fetch(request, traced: calls)
        let replies = flights.finish(flight).enumerated().compactMap { index, waiter in
            guard result.answers(waiter, of: request) else { return rejoin(waiter, after: result) }
            guard !comesLater(waiter, after: result) else { return nil }
            let isCollapsed = index > 0 || !isLedByWaiter
            if isCollapsed, let calls { waiter.request.trace?.link(to: calls.spans) }
            return waiter.prepareReply(result, isCollapsed)
        }
        for reply in replies { reply.send() }
        // After the end of the flight: a watch that found it under way relies on being told.
        watches.learn(result, of: request.name, at: Moment(options.time.now()), from: calls?.spans ?? [])
    }

    /// Lets a waiter join a fetch again when it may have its turn. False if it has no time for that, or has its result, or if so
    /// many requests watch that it cannot: until its turn it has a place of theirs, and ends as theirs do when the server stops.
    private func comesLater(_ waiter: Waiter, after result: FetchResult) -> Bool {
        guard let (end, pending) = waiter.patience, let pause = result.pauseForTurn else { return false }
        let turn = options.time.now() + pause
        guard turn < end, let place = try? watches.places.take(for: waiter.request.caller) else { return false }
        pending.waitForChange(until: end)
        schedule(at: turn) {
            place.giveBack()
            // Its client may have left. Then no call is made for it.
            if !pending.isAnswered { self.join(as: waiter, isUrgent: true)?.send() }
        }
        return true
    }

    private func rejoin(_ waiter: Waiter, after result: FetchResult) -> (any PendingReply)? {
        var waiter = waiter
        // An answer is stored now, so only the client's demand causes another call.
        if case .answered(_, isStored: true, _) = result { waiter.request.priority = .forced }
        return join(as: waiter, isUrgent: false)
    }
}

extension FetchResult {
    /// Whether this is a result for a waiter. A refresh that was refused for lack of budget is none for a more urgent
    /// waiter: that one may use the reserve. An answer that is older than the waiter takes is none either.
    fileprivate func answers(_ waiter: Waiter, of request: FetchRequest) -> Bool {
        switch self {
        case .failed(let failure, _, _) where failure.isOwnRefusal: request.priority <= waiter.request.priority
        case .answered(let answer, _, _): waiter.request.takes(answer)
        case .failed, .remembered, .tooManyWaiting: true
        }
    }
}

/// What a fetch is for.
struct FetchRequest: Sendable {
    let name: JobName
    let reason: ForwardReason
    /// The client whose turn it takes where calls have to wait.
    let caller: UInt64
    /// A refresh of a stored job is a background call, or a forced one if the job is still fresh.
    var priority: CallPriority
    /// The answer has to be that of an attempt which began then or later. Nil: the client demands nothing.
    var notBefore: Moment?
    /// Of the request that caused it.
    var trace: RequestTrace?

    /// Whether a client has come for a job as it is when it is due, and not for a younger answer than others have.
    var isPoll: Bool { reason == .stale && priority != .watched && notBefore == nil }

    /// Whether an answer is as young as the client demands.
    func takes(_ answer: CacheEntry<CachedAnswer>) -> Bool { notBefore.map { answer.lookedUpAt >= $0 } ?? true }
}

/// How a fetch ended.
enum FetchResult: Sendable {
    /// `isStored` is false if a purge or the cache's bounds kept the answer out of it. `awsRequestID` is AWS's name for the call
    /// that brought it; nil if AWS gave none, or if another fetch had brought it.
    case answered(CacheEntry<CachedAnswer>, isStored: Bool, awsRequestID: String?)
    /// `fallback` is what may be served all the same, and the problem is the reply without it.
    case failed(FetchFailure, Problem, fallback: CacheEntry<CachedAnswer>?)
    /// AWS was not asked, because calls for the job have failed repeatedly until a moment ago.
    case remembered(Problem, fallback: CacheEntry<CachedAnswer>?)
    /// So many requests wait that this one cannot.
    case tooManyWaiting

    /// AWS's name for the last call that was made for it.
    var awsRequestID: String? {
        switch self {
        case .answered(_, _, let id): id
        case .failed(.upstream(let error), _, _): error.awsRequestID
        case .failed, .remembered, .tooManyWaiting: nil
        }
    }
}

extension FetchResult {
    /// How long until this fetch may have its turn, if that it did not come in time is all that kept it from a result.
    var pauseForTurn: Duration? {
        switch self {
        case .failed(.refused(.budgetUsedUp(let wait, _)), _, fallback: nil): wait
        case .failed(.refused(.deadlineTooClose(let wait)), _, fallback: nil): max(wait, .seconds(1))
        default: nil
        }
    }
}

/// A request that waits for a fetch.
struct Waiter: Sendable {
    var request: FetchRequest
    /// Of a request that waits for longer than a look-up may take: until then it comes again when it may have its turn.
    var patience: (end: ContinuousClock.Instant, pending: any PendingReply)?
    /// Makes the reply without sending it, and returns what sends it; nil if the request was answered meanwhile.
    /// `isCollapsed` if another request had begun the fetch. Called once; must not block.
    let prepareReply: @Sendable (_ result: FetchResult, _ isCollapsed: Bool) -> (any PendingReply)?
}

/// Where jobs come from: AWS, or a test's own.
public protocol JobSource: Sendable {
    /// The job as it is now; answers or throws by the deadline.
    ///
    /// - Parameters:
    ///   - mayRetry: asked right before each attempt: whether another one can follow it, as far as that is known. If none
    ///     can, the attempt has all of the time.
    ///   - attemptBegan: called right before each attempt asks AWS. The answer is as old as the last attempt.
    ///   - attemptFailed: called at once with the error of each attempt that brought no job.
    ///   - admitRetry: asked right before each attempt but the first. If it says no, the call ends as that attempt did.
    func job(
        named name: JobName, deadline: ContinuousClock.Instant, mayRetry: () -> Bool, attemptBegan: () -> Void,
        attemptFailed: (TranscribeError) -> Void, admitRetry: () async -> Bool
    ) async throws(TranscribeError) -> JobResponse
}

extension TranscribeClient: JobSource {}
