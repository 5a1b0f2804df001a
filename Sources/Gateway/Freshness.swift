/// How long an answer may be served without asking again, by what it says: a running job changes in seconds, a finished
/// one hardly ever, a missing one may be created at any moment.
public struct Freshness: Sendable {
    public var running: Duration
    public var finished: Duration
    public var missing: Duration

    public init(running: Duration = .seconds(5), finished: Duration = .seconds(600), missing: Duration = .seconds(2)) {
        self.running = running
        self.finished = finished
        self.missing = missing
    }

    func lifetime(of answer: CachedAnswer) -> Duration {
        switch answer {
        case .job(let job): job.isFinished ? finished : running
        case .refusal: missing
        }
    }
}
