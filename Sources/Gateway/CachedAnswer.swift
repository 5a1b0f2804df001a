import HTTPExchange
import Synchronization
import Transcribe

/// What AWS said of a name, as it is remembered: a job, or that there is none.
enum CachedAnswer: Sendable {
    case job(CachedJob)
    /// AWS knows no such job, or does not accept the name. Indirect, so that a hit copies one reference.
    indirect case refusal(Problem)

    /// Bytes it takes, beside the cache's own overhead.
    var cost: Int {
        switch self {
        case .job(let job): job.cost
        case .refusal(let problem): MemoryLayout<Problem>.size + problem.detail.utf8.count
        }
    }
}

/// A job and its representations, each rendered once.
final class CachedJob: Sendable {
    /// How many selections of members are kept with a job; a client that asks for more kinds has them rendered anew.
    private static let keptRenderings = 4

    /// What the job is called in the log.
    let label: String
    let job: Job
    /// The selection that was asked for first, most likely the one that everybody asks for: it needs no lock.
    private let fields: JobFields
    private let rendering: JobRendering
    private let others = Mutex<[(fields: JobFields, rendering: JobRendering)]>([])

    init(_ job: Job, fields: JobFields, label: String) {
        self.job = job
        self.label = label
        self.fields = fields
        rendering = JobRendering(job, fields: fields)
    }

    var isFinished: Bool { job.isFinished }

    func rendering(of fields: JobFields) -> JobRendering {
        guard fields != self.fields else { return rendering }
        return others.withLock { others in
            if let known = others.first(where: { $0.fields == fields }) { return known.rendering }
            let rendering = JobRendering(job, fields: fields)
            if others.count < Self.keptRenderings - 1 { others.append((fields, rendering)) }
            return rendering
        }
    }

    /// The job's members and the representations that may be kept: each at most as long as all members together.
    var cost: Int {
        let whole = JobRendering(job, fields: .full).body.bytes.count
        return MemoryLayout<Job>.size + whole + Self.keptRenderings * (whole + 160)
    }
}
