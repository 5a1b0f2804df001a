public import Curl
import Synchronization

/// Calls `GetMedicalTranscriptionJob` (awsJson 1.1).
///
/// It can be used from any task; calls share nothing but the retry quota and what was learned about AWS's clock. A call
/// takes at most until its deadline: every attempt and every wait are inside it. Each attempt is signed anew.
public final class TranscribeClient: Sendable {
    let operation: JobOperation
    let transport: any Transport
    let credentials: any CredentialsSource
    let policy: RetryPolicy
    let time: TimeSource
    let random: @Sendable () -> Double
    let observe: @Sendable (AttemptOutcome) -> Void
    let quota = Mutex(RetryQuota())
    let clockOffset = Mutex(ClockOffset())

    /// A client for one endpoint.
    ///
    /// - Parameters:
    ///   - random: a number from 0 to 1, the jitter of the waits.
    ///   - observe: told how each attempt ended, in the task of the call.
    /// - Throws: ``EndpointError/missingRegion`` if the endpoint has no region to sign for.
    public init(
        endpoint: Endpoint, transport: any Transport, credentials: any CredentialsSource,
        policy: RetryPolicy = RetryPolicy(), time: TimeSource = .system,
        random: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) },
        observe: @escaping @Sendable (AttemptOutcome) -> Void = { _ in }
    ) throws(EndpointError) {
        operation = try JobOperation(at: endpoint)
        self.transport = transport
        self.credentials = credentials
        self.policy = policy
        self.time = time
        self.random = random
        self.observe = observe
    }

    /// The job as AWS knows it now.
    public func job(
        named name: JobName, deadline: ContinuousClock.Instant
    ) async throws(TranscribeError) -> JobAnswer {
        try await job(named: name, deadline: deadline, attemptFailed: { _ in }, admitRetry: { true })
    }

    /// The job as AWS knows it now.
    ///
    /// - Parameters:
    ///   - attemptFailed: told at once how an attempt ended that brought no job, before any back-off, in the task of the
    ///     call.
    ///   - admitRetry: asked right before each attempt but the first, in the task of the call; it may take its time,
    ///     within the deadline. If it says no, the call ends with the failure of the attempt before.
    public func job(
        named name: JobName, deadline: ContinuousClock.Instant,
        attemptFailed: (AttemptOutcome) -> Void, admitRetry: () async -> Bool
    ) async throws(TranscribeError) -> JobAnswer {
        var call = Call(for: name, deadline: deadline)
        while true {
            do throws(AttemptFailure) {
                let answer = try await attempt(&call)
                settle(call)
                return answer
            } catch {
                observe(AttemptOutcome(error))
                attemptFailed(AttemptOutcome(error))
                try await recover(from: error, in: &call)
                try await admit(admitRetry, after: error, in: call)
            }
        }
    }

    /// What a success changes for later calls.
    private func settle(_ call: Call) {
        observe(.succeeded)
        quota.withLock { $0.refund(call.lastRetryCost) }
        if let serverTime = call.serverTime { learn(serverTime) }
    }
}
