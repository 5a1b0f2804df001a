public import AWSEndpoints
public import Curl
import Formats
import FoundationEssentials
public import SigV4
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
    let observe: @Sendable (TranscribeError?) -> Void
    let quota = Mutex(RetryQuota())
    let clockOffset = Mutex(ClockOffset())

    /// A client for one endpoint.
    ///
    /// - Parameters:
    ///   - random: a number from 0 to 1, the jitter of the waits.
    ///   - observe: called at the end of each attempt with its error, or nil if it brought the job; in the task of the
    ///     call.
    public init(
        endpoint: Endpoint, transport: any Transport, credentials: any CredentialsSource,
        policy: RetryPolicy = RetryPolicy(), time: TimeSource = .system,
        random: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) },
        observe: @escaping @Sendable (TranscribeError?) -> Void = { _ in }
    ) {
        operation = JobOperation(at: endpoint)
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
    ) async throws(TranscribeError) -> JobResponse {
        try await job(named: name, deadline: deadline, attemptFailed: { _ in }, admitRetry: { true })
    }

    /// The job as AWS knows it now.
    ///
    /// - Parameters:
    ///   - attemptFailed: called with the error of each attempt that brought no job, before any back-off, in the task of
    ///     the call.
    ///   - admitRetry: asked right before each attempt but the first, in the task of the call; it may take its time,
    ///     within the deadline. If it says no, the call ends with the failure of the attempt before.
    public func job(
        named name: JobName, deadline: ContinuousClock.Instant,
        attemptFailed: (TranscribeError) -> Void, admitRetry: () async -> Bool
    ) async throws(TranscribeError) -> JobResponse {
        var call = Call(for: name, deadline: deadline)
        while true {
            do throws(AttemptError) {
                let answer = try await attempt(&call)
                recordSuccess(of: call)
                return answer
            } catch {
                observe(error.error)
                attemptFailed(error.error)
                try await recover(from: error, in: &call)
                try await admit(admitRetry, after: error, in: call)
            }
        }
    }

    /// What a success changes for later calls.
    private func recordSuccess(of call: Call) {
        observe(nil)
        quota.withLock { $0.refund(call.lastRetryCost) }
        if let serverTime = call.serverTime { learn(serverTime) }
    }
}

extension TranscribeClient {
    /// Signs, sends and reads once.
    func attempt(_ call: inout Call) async throws(AttemptError) -> JobResponse {
        let credentials = try await signingCredentials(for: call)
        guard time.now() < call.deadline else { throw .transport(.timedOut(.queued)) }
        let offset = clockOffset.withLock(\.milliseconds)
        call.beginAttempt(with: credentials, clockOffset: offset)
        let signingTime = time.wallTime().adding(milliseconds: offset)
        let request = operation.request(for: call, of: policy.attempts, with: credentials, at: signingTime)
        let response = try await send(request, by: call.deadline)
        call.serverTime = response.serverTime
        return try JobResponse(response, for: call.name)
    }

    private func signingCredentials(for call: Call) async throws(AttemptError) -> Credentials {
        if let replacement = call.replacement { return replacement }
        do throws(CredentialsUnavailable) {
            return try await credentials.current(by: call.deadline)
        } catch {
            throw .noCredentials(error)
        }
    }

    private func send(
        _ request: CurlRequest, by deadline: ContinuousClock.Instant
    ) async throws(AttemptError) -> CurlResponse {
        do throws(CurlError) {
            return try await transport.perform(request, deadline: deadline)
        } catch {
            throw .transport(error)
        }
    }
}

/// One look-up on its way: what was tried so far. The task that makes the call owns it.
struct Call {
    let name: JobName
    /// The end of everything, retries and waits included.
    let deadline: ContinuousClock.Instant
    /// The same for all attempts, so that AWS can tell a retry from a new call.
    let invocationID = Self.newID()

    /// Attempts begun.
    private(set) var attempts = 0
    /// What the attempt under way, or the last one, was signed with.
    private(set) var credentials: Credentials?
    private(set) var clockOffset: Int64 = 0
    /// When AWS answered the last attempt, by its clock.
    var serverTime: Timestamp?

    /// Waits for which the quota was charged, and the charge for the last.
    private(set) var retries = 0
    private(set) var lastRetryCost: Int?
    /// The credentials that took the place of rejected ones. Set at most once.
    var replacement: Credentials?
    /// Whether an attempt was refused for our clock. It gets one more attempt.
    var hasCorrectedClock = false

    init(for name: JobName, deadline: ContinuousClock.Instant) {
        self.name = name
        self.deadline = deadline
    }

    /// Not `UUID()`, which opens and reads /dev/urandom each time.
    private static func newID() -> String {
        var generator = SystemRandomNumberGenerator()
        return UUID.random(using: &generator).uuidString.lowercased()
    }

    mutating func beginAttempt(with credentials: Credentials, clockOffset: Int64) {
        attempts += 1
        self.credentials = credentials
        self.clockOffset = clockOffset
        serverTime = nil
    }

    mutating func beginRetry(cost: Int) {
        retries += 1
        lastRetryCost = cost
    }
}
