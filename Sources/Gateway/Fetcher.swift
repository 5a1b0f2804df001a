import Caching
import Curl
import RateLimiting
import Synchronization
import Transcribe

/// How a flight ended, for everybody who waited for it.
enum Landing: Sendable {
    /// `stored` is false if a purge or the cache's bounds kept the answer out of it.
    case answered(Stored<CachedAnswer>, stored: Bool)
    case failed(FetchFailure)
}

/// Asks AWS, once for all who wait for the same job.
///
/// A flight belongs to nobody: whoever joins it waits for its landing, and whoever leaves cancels nothing. The flights
/// themselves are child tasks of ``run()``, which has to be running.
public final class Fetcher: Sendable {
    /// Serves one request that waited; `collapsed` if it joined a flight that another one had begun. Called once; must
    /// not block.
    typealias Waiter = @Sendable (_ landing: Landing, _ collapsed: Bool) -> Void

    private struct Departure {
        let name: JobName
        let fields: JobFields
    }

    private let source: any JobSource
    private let options: FetchOptions
    private let cache: JobCache
    private let label: @Sendable (JobName) -> String
    private let report: @Sendable (TranscribeError) -> Void
    private let budget: UpstreamBudget?
    private let permits: Permits
    private let flights: Flights<JobName, Waiter>
    private let departures: (stream: AsyncStream<Departure>, continuation: AsyncStream<Departure>.Continuation)

    /// - Parameters:
    ///   - label: how a job is called in the log, kept with it.
    ///   - report: hears why a call brought no job.
    init(
        source: any JobSource, options: FetchOptions, cache: JobCache,
        label: @escaping @Sendable (JobName) -> String, report: @escaping @Sendable (TranscribeError) -> Void
    ) {
        self.source = source
        self.options = options
        self.cache = cache
        self.label = label
        self.report = report
        budget = options.rate.map { UpstreamBudget(rate: $0, burst: options.burst, reserve: 0, at: options.clock()) }
        permits = Permits(limit: options.concurrency)
        flights = Flights(limit: options.waiters)
        departures = AsyncStream.makeStream()
    }

    /// Calls to AWS under way.
    public var inFlight: Int { permits.inFlight }
    /// Requests that wait for them.
    public var waiting: Int { flights.waiting }
    /// Calls that could be made at once now; nil without a limit.
    public var budgetLeft: Double? { budget?.tokens(at: options.clock()) }

    /// Flies until the task is cancelled, which cancels what still flies; returns when the last flight has landed.
    public func run() async {
        await withDiscardingTaskGroup { group in
            for await departure in departures.stream {
                group.addTask { await self.fly(departure) }
            }
        }
    }

    /// Waits for the job with everybody who wants it, as the first of them beginning the flight. `.full` if too many wait.
    /// - Parameter fields: the members that the first one wants, which are rendered first.
    func join(_ name: JobName, fields: JobFields, as waiter: @escaping Waiter) -> Boarding {
        let boarding = flights.join(name, as: waiter)
        if case .leads = boarding { departures.continuation.yield(Departure(name: name, fields: fields)) }
        return boarding
    }

    private func fly(_ departure: Departure) async {
        let landing = await landing(of: departure)
        for (index, waiter) in flights.land(departure.name).enumerated() { waiter(landing, index > 0) }
    }

    /// Looks in the cache again first: a flight of the same name may have landed between the look-up and the joining.
    private func landing(of departure: Departure) async -> Landing {
        let now = options.clock()
        if let stored = cache.value(for: departure.name, at: Moment(now)), stored.freshUntil > Moment(now) {
            return .answered(stored, stored: true)
        }
        let ticket = cache.ticket(for: departure.name)
        do throws(FetchFailure) {
            let answer = try await ask(for: departure, at: now)
            return keep(answer, of: departure.name, askedAt: now, under: ticket)
        } catch {
            cache.surrender(ticket, for: departure.name)
            return .failed(error)
        }
    }

    /// One call within the permits and the budget. That there is no such job is an answer too.
    private func ask(for departure: Departure, at now: ContinuousClock.Instant) async throws(FetchFailure)
        -> CachedAnswer
    {
        guard let permit = permits.acquire() else { throw .tooManyInFlight }
        defer { extendLifetime(permit) }
        if case .refused(let wait) = budget?.take(for: .interactive, at: now) { throw .budgetUsedUp(wait) }
        do throws(TranscribeError) {
            let answer = try await source.job(named: departure.name, deadline: now + options.timeout)
            budget?.succeeded(at: options.clock())
            return .job(CachedJob(answer.job, fields: departure.fields, label: label(departure.name)))
        } catch {
            note(error)
            switch error {
            case .jobNotFound, .invalidRequest: return .refusal(Problem(FetchFailure.upstream(error)))
            default: throw .upstream(error)
            }
        }
    }

    /// What a failure says about AWS's limit: nothing, unless a call may have reached it.
    private func note(_ error: TranscribeError) {
        report(error)
        switch error {
        case .throttled: budget?.throttled(at: options.clock())
        case .unreachable(let failure) where !failure.requestMayHaveArrived: break
        case .credentialsUnavailable, .cancelled: break
        default: budget?.succeeded(at: options.clock())
        }
    }

    private func keep(
        _ answer: CachedAnswer, of name: JobName, askedAt: ContinuousClock.Instant, under ticket: consuming Ticket
    ) -> Landing {
        let freshUntil = askedAt + options.freshness.lifetime(of: answer)
        let stored = Stored(answer, storedAt: askedAt, freshUntil: freshUntil, keepUntil: freshUntil)
        let isStored = cache.store(stored, for: name, cost: answer.cost + name.text.utf8.count, under: ticket)
        return .answered(stored, stored: isStored)
    }
}

/// Jobs by name, as AWS last told them.
typealias JobCache = ExpiringCache<JobName, CachedAnswer>
