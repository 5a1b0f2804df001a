import Curl
import SigV4
import Synchronization

extension TranscribeClient {
    /// Prepares another attempt, or throws the error that the call ends with.
    func recover(from failure: AttemptError, in call: inout Call) async throws(TranscribeError) {
        let isWorthwhile =
            switch failure.retryAction(isSafeToRetry: call.isSafeToRetry) {
            case .none: false
            case .wait(let cause, let advised): try await wait(for: cause, advised: advised, in: &call)
            case .replaceCredentials: await replaceCredentials(in: &call)
            case .correctClock: correctClock(in: &call)
            }
        guard isWorthwhile else { throw failure.error }
    }

    /// Throws the failure if the caller does not admit the retry, and refunds what the retry cost.
    func admit(
        _ admitRetry: () async -> Bool, after failure: AttemptError, in call: Call
    ) async throws(TranscribeError) {
        guard await !admitRetry() else { return }
        if case .wait = failure.retryAction(isSafeToRetry: call.isSafeToRetry) {
            quota.withLock { $0.refund(call.lastRetryCost) }
        }
        throw Task.isCancelled ? .cancelled : failure.error
    }

    /// Whether another attempt can follow one that gets no response, as far as policy and quota decide it.
    func mayRetry(_ call: Call) -> Bool {
        call.retries + 1 < policy.attempts && quota.withLock { $0.permits(.transient) }
    }

    /// Waits, or returns false at once if the wait would end after the deadline or the quota is too small.
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

    /// Gets other credentials, once per call. Returns false if the source has only the rejected ones, or none: then the
    /// call ends with AWS's error.
    private func replaceCredentials(in call: inout Call) async -> Bool {
        guard call.replacement == nil, let rejected = call.credentials else { return false }
        do throws(CredentialsUnavailable) {
            let replacement = try await credentials.replacement(for: rejected, by: call.deadline)
            call.replacement = replacement
            return !replacement.hasSameKeys(as: rejected)
        } catch {
            return false
        }
    }

    /// Corrects the clock, once per call, and only if it explains why AWS rejected the signature. Otherwise the secret is
    /// wrong. The time in the request's signature counts, because another call may have corrected the clock meanwhile.
    private func correctClock(in call: inout Call) -> Bool {
        guard !call.hasCorrectedClock, let serverTime = call.serverTime, let signingTime = call.signingTime,
            serverTime.isFar(from: signingTime)
        else { return false }
        call.hasCorrectedClock = true
        clock.learn(serverTime)
        return true
    }
}

/// What to do before another attempt.
enum RetryAction: Hashable, Sendable {
    case none
    /// Back off.
    case wait(RetryCause, advised: Duration?)
    case replaceCredentials
    case correctClock
}

extension AttemptError {
    /// - Parameter isSafeToRetry: see ``Operation``. An error that AWS answered with has done nothing, and may be followed by
    ///   another attempt in any case.
    func retryAction(isSafeToRetry: Bool) -> RetryAction {
        switch self {
        case .service(let error): error.retryAction
        case .transport(let error) where error.requestMayHaveArrived && !isSafeToRetry: .none
        case .transport(let error): error.isTransient ? .wait(.transient, advised: nil) : .none
        // Another attempt would bring the same response.
        case .malformed, .noCredentials: .none
        }
    }
}
