import Caching
import HTTPExchange
import Synchronization
import Transcribe

/// AWS's last answers, by job name.
typealias JobCache = ExpiringCache<JobName, CachedAnswer>

/// What AWS answered for a name: a job, or that there is none; or that it gave no answer.
enum CachedAnswer: Sendable {
    case job(CachedJob)
    /// A job whose last refresh failed. Indirect, as the next cases, so that a hit copies one reference.
    indirect case refreshFailed(CachedJob, FailedFetch)
    /// AWS knows no job of this name, or does not accept the name.
    indirect case refusal(Problem)
    /// No job is stored, and the last fetch failed.
    indirect case failed(FailedFetch)

    /// The job, if there is one.
    var job: CachedJob? {
        switch self {
        case .job(let job), .refreshFailed(let job, _): job
        case .refusal, .failed: nil
        }
    }

    /// The last fetch, if it failed.
    var failure: FailedFetch? {
        switch self {
        case .job, .refusal: nil
        case .refreshFailed(_, let failure), .failed(let failure): failure
        }
    }

    /// When AWS was last asked for the job itself; nil if there is none, or it was never looked up.
    var lookedUpAt: Moment? {
        guard let nanoseconds = job?.lookedUpAt.load(ordering: .relaxed), nanoseconds != 0 else { return nil }
        return Moment(nanoseconds: nanoseconds)
    }

    /// The bytes that the allocator gave for it and for the name it is stored under.
    func cost(under name: JobName) -> Int {
        let value =
            switch self {
            case .job(let job): job.cost
            case .refreshFailed(let job, let failure):
                job.cost + HeapSize.block(16 + MemoryLayout<(CachedJob, FailedFetch)>.size) + failure.problem.heapCost
            case .refusal(let problem): HeapSize.block(16 + MemoryLayout<Problem>.size) + problem.heapCost
            case .failed(let failure): HeapSize.block(16 + MemoryLayout<FailedFetch>.size) + failure.problem.heapCost
            }
        return value + HeapSize.string(utf8Count: name.text.utf8.count)
    }
}

extension CacheEntry<CachedAnswer> {
    /// The earliest time at which another request can bring something new.
    var retryAt: Moment {
        value.failure.map { max(freshUntil, $0.retryAt) } ?? freshUntil
    }
}

/// A job and its representations, each rendered once.
final class CachedJob: Sendable {
    /// How many selections of members are kept beside the default one and the whole. Further ones are rendered for each
    /// request.
    private static let keptSelections = 3

    /// The representations beside the default one, made on demand and outside the lock: the cache asks for their size under
    /// its mutex.
    struct Extras {
        var selections: [(fields: JobFields, rendering: JobRendering)] = []
    }

    // In the order that takes the least memory.
    let job: Job
    /// The default selection, which needs no lock.
    let rendering: JobRendering
    private let fields: JobFields
    let extras = Mutex(Extras())
    /// When AWS was last asked for the job itself, in terms of ``Moment``; 0 before that. The entry in the cache may be younger:
    /// a list has shown the job unchanged since.
    let lookedUpAt = Atomic<Int64>(0)
    private let usedAt = Atomic<Int64>(0)
    /// The hash that stands for the name in the log.
    let nameHash: UInt64

    /// - Parameter name: shares its storage with the job's own, which is equal.
    init(_ job: Job, named name: JobName, fields: JobFields, nameHash: UInt64) {
        var job = job
        if job.name == name.text { job.name = name.text }
        self.job = job
        self.nameHash = nameHash
        self.fields = fields
        rendering = JobRendering(job, fields: fields)
    }

    var isFinished: Bool { job.isFinished }

    /// Whether these are the members of ``rendering``.
    func shows(_ fields: JobFields) -> Bool { fields == self.fields }

    /// When a client was last given the job, to half a second; nil if that was never so.
    var lastUse: Moment? {
        let nanoseconds = usedAt.load(ordering: .relaxed)
        return nanoseconds == 0 ? nil : Moment(nanoseconds: nanoseconds)
    }

    /// Notes that a client is given the job.
    func recordUse(at now: Moment) {
        // Mostly only read: a line of memory that no thread writes can be in the caches of all processors.
        let last = usedAt.load(ordering: .relaxed)
        if now.nanoseconds - last > 500_000_000 { usedAt.store(now.nanoseconds, ordering: .relaxed) }
    }

    /// Whether the job is written in the same bytes. For `==` texts are equal too that differ in normalization only.
    func hasSameBytes(as job: Job, in fields: JobFields) -> Bool {
        JobRendering(self.job, fields: fields).tag == JobRendering(job, fields: fields).tag
    }

    /// - Parameters:
    ///   - whole: all members that may be seen; this selection is always kept.
    ///   - growing: called if a new representation is kept, so that the job takes more memory.
    func rendering(of fields: JobFields, whole: JobFields, growing: () -> Void) -> JobRendering {
        guard fields != self.fields else { return rendering }
        if let known = extras.withLock({ $0.rendering(of: fields) }) { return known }
        let made = JobRendering(job, fields: fields)
        if extras.withLock({ $0.keep(made, of: fields, atMost: Self.keptSelections, beside: whole) }) { growing() }
        return made
    }
}

extension CachedJob.Extras {
    fileprivate func rendering(of fields: JobFields) -> JobRendering? {
        selections.first { $0.fields == fields }?.rendering
    }

    /// Keeps a rendering unless there are so many, or one of these fields, which another thread has just made. Returns
    /// whether it is kept.
    fileprivate mutating func keep(
        _ rendering: JobRendering, of fields: JobFields, atMost limit: Int, beside whole: JobFields
    ) -> Bool {
        guard self.rendering(of: fields) == nil,
            fields == whole || selections.count(where: { $0.fields != whole }) < limit
        else { return false }
        if selections.isEmpty { selections.reserveCapacity(limit + 1) }
        selections.append((fields, rendering))
        return true
    }
}
