import SigV4
import Transcribe

/// How long an answer may be served without asking again, and how long after that while it cannot be had anew.
public struct Freshness: Sendable {
    /// The longest that a running job stays fresh, in terms of ``running``.
    private static let longestInterval = 6
    /// A running job is asked for again after this part of its age: who has waited for an hour learns of the end at most
    /// half a minute late, and a minute-old job is looked at as often as ``running`` says.
    private static let partOfAge = 120

    /// Of a job that has just begun; one that has run for long stays fresh for up to six times as long.
    public var running: Duration
    /// Of a job that has ended. It can still change: tags, deletion, another job of the same name.
    public var finished: Duration
    /// Of the answer that there is no such job: one may be created at any moment.
    public var missing: Duration
    /// From the end of freshness, while the job is asked for in the background (RFC 5861 §3).
    public var staleWhileRevalidate: Duration
    /// From the end of freshness, while AWS gives no answer (RFC 5861 §4).
    public var staleIfError: Duration

    public init(
        running: Duration = .seconds(5), finished: Duration = .seconds(600), missing: Duration = .seconds(2),
        staleWhileRevalidate: Duration = .seconds(30), staleIfError: Duration = .seconds(600)
    ) {
        self.running = running
        self.finished = finished
        self.missing = missing
        self.staleWhileRevalidate = staleWhileRevalidate
        self.staleIfError = staleIfError
    }

    /// - Parameters:
    ///   - now: of the wall clock, against which a job's age is told.
    ///   - spread: from -1 to 1, by which a lifetime becomes up to a tenth shorter or longer, so that what was filled
    ///     together does not expire together.
    func lifetime(of answer: CachedAnswer, at now: Timestamp, spread: Double) -> Duration {
        base(of: answer, at: now) * (1 + 0.1 * spread)
    }

    /// How long what is not fresh any more is kept. That there is no such job is never served late.
    func grace(of answer: CachedAnswer) -> Duration {
        answer.job == nil ? .zero : max(staleWhileRevalidate, staleIfError)
    }

    private func base(of answer: CachedAnswer, at now: Timestamp) -> Duration {
        guard let job = answer.job?.job else { return missing }
        guard !job.isFinished else { return finished }
        guard let birth = job.startedAt ?? job.createdAt else { return running }
        let age = Duration.milliseconds(max(0, now.milliseconds(since: birth)))
        return min(max(running, age / Self.partOfAge), running * Self.longestInterval)
    }
}
