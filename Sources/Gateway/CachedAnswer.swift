import Caching
import HTTPExchange
import Transcribe

/// Jobs by name, as AWS last told them.
typealias JobCache = ExpiringCache<JobName, CachedAnswer>

/// What AWS said of a name, as it is remembered: a job, or that there is none.
enum CachedAnswer: Sendable {
    case job(CachedJob)
    /// A job that could not be had anew; until then nobody asks again unless a client demands it. Indirect, as the next
    /// one, so that a hit copies one reference.
    indirect case unrefreshed(CachedJob, until: Moment, because: CacheStatus.Detail)
    /// AWS knows no such job, or does not accept the name.
    indirect case refusal(Problem)

    /// The job, if there is one.
    var job: CachedJob? {
        switch self {
        case .job(let job), .unrefreshed(let job, _, _): job
        case .refusal: nil
        }
    }

    /// The bytes that the allocator gave for it and for the name it is stored under.
    func cost(under name: JobName) -> Int {
        let value =
            switch self {
            case .job(let job): job.cost
            case .unrefreshed(let job, _, _): job.cost + HeapSize.block(16 + 3 * MemoryLayout<UInt64>.size)
            // A refusal's texts are the program's own.
            case .refusal: HeapSize.block(16 + MemoryLayout<Problem>.size)
            }
        return value + HeapSize.string(utf8Count: name.text.utf8.count)
    }
}

extension Stored<CachedAnswer> {
    /// When asking can bring something new at the earliest.
    var nextLook: Moment {
        if case .unrefreshed(_, let until, _) = value { max(freshUntil, until) } else { freshUntil }
    }
}
