import Curl
import Formats
import SigV4
import Synchronization

extension TranscribeClient {
    /// Makes another attempt worth while, or ends the call with the failure.
    func recover(from failure: AttemptError, in call: inout Call) async throws(TranscribeError) {
        let isWorthwhile =
            switch failure.retryAction {
            case .none: false
            case .wait(let cause, let advised): try await wait(for: cause, advised: advised, in: &call)
            case .replaceCredentials: await replaceCredentials(in: &call)
            case .correctClock: correctClock(in: &call)
            }
        guard isWorthwhile else { throw failure.error }
    }

    /// A retry that is not admitted costs the quota nothing.
    func admit(
        _ admitRetry: () async -> Bool, after failure: AttemptError, in call: Call
    ) async throws(TranscribeError) {
        guard await !admitRetry() else { return }
        if case .wait = failure.retryAction { quota.withLock { $0.refund(call.lastRetryCost) } }
        throw Task.isCancelled ? .cancelled : failure.error
    }

    /// A wait that would end after the deadline is not begun: whoever asked can be told at once.
    private func wait(
        for cause: RetryCause, advised: Duration?, in call: inout Call
    ) async throws(TranscribeError) -> Bool {
        let retry = call.retries + 1
        guard retry < policy.attempts else { return false }
        let delay = policy.delay(afterAttempt: retry, cause: cause, random: random(), advised: advised)
        let resumption = time.now() + delay
        guard resumption < call.deadline, let cost = quota.withLock({ $0.withdraw(for: cause) }) else { return false }
        call.beginRetry(cost: cost)
        do throws(CancellationError) {
            try await time.sleep(resumption)
            return true
        } catch {
            throw .cancelled
        }
    }

    /// One refresh for a call. Where the source has no others than the rejected ones, or none to give, it is AWS's refusal
    /// that ends the call.
    private func replaceCredentials(in call: inout Call) async -> Bool {
        guard call.replacement == nil, let rejected = call.credentials else { return false }
        do throws(CredentialsUnavailable) {
            let replacement = try await credentials.replacement(for: rejected, by: call.deadline)
            call.replacement = replacement
            return !replacement.signsLike(rejected)
        } catch {
            return false
        }
    }

    /// One correction for a call, and only where the clock explains the refusal; otherwise the secret is wrong.
    private func correctClock(in call: inout Call) -> Bool {
        guard !call.hasCorrectedClock, let serverTime = call.serverTime,
            ClockOffset.isSkewed(call.clockOffset, serverTime: serverTime, now: time.wallTime())
        else { return false }
        call.hasCorrectedClock = true
        learn(serverTime)
        return true
    }

    /// Takes over AWS's time where it differs enough to matter.
    func learn(_ serverTime: Timestamp) {
        let now = time.wallTime()
        clockOffset.withLock { $0.learn(serverTime: serverTime, now: now) }
    }
}

extension Credentials {
    /// Whether both give the same signatures; an end that was moved makes no other set of it.
    fileprivate func signsLike(_ other: Credentials) -> Bool {
        accessKeyID == other.accessKeyID && secretAccessKey == other.secretAccessKey
            && sessionToken == other.sessionToken
    }
}

/// What can make another attempt succeed where one has failed. The operation only reads, so it can always be repeated.
enum RetryAction: Hashable, Sendable {
    case none
    /// Time.
    case wait(RetryCause, advised: Duration?)
    case replaceCredentials
    case correctClock
}

extension AttemptError {
    var retryAction: RetryAction {
        switch self {
        case .service(let refusal): refusal.retryAction
        case .transport(let error): error.isTransient ? .wait(.transient, advised: nil) : .none
        // A whole answer of the wrong form would come again.
        case .malformed, .noCredentials: .none
        }
    }
}

/// How far AWS's clock is ahead of ours, as its answers show it. A signature is good for 5 minutes around AWS's time
/// ("Signature expired …", "Signature not yet current …"). Not safe for concurrent access; the client locks it.
struct ClockOffset: Hashable, Sendable {
    /// Milliseconds to add to our wall-clock time; negative if ours is ahead.
    private(set) var milliseconds: Int64 = 0

    /// The least difference that matters: `Date` has whole seconds and the answer was on its way for a while.
    static let tolerance: Int64 = 300_000

    /// Compares with the time that AWS answered at, and takes it over where the difference matters.
    mutating func learn(serverTime: Timestamp, now: Timestamp) {
        if Self.isSkewed(milliseconds, serverTime: serverTime, now: now) {
            milliseconds = serverTime.milliseconds(since: now)
        }
    }

    /// Whether a time that was made with this offset was wrong. Asked of the offset that a request was signed with: by
    /// the time it is refused, another request may have corrected the one in use.
    static func isSkewed(_ offset: Int64, serverTime: Timestamp, now: Timestamp) -> Bool {
        abs(serverTime.milliseconds(since: now.adding(milliseconds: offset))) >= tolerance
    }
}
