public import AWSEndpoints
public import Curl
import Formats
import FoundationEssentials
public import SigV4
import Synchronization

/// Calls the operations of Amazon Transcribe that the gateway needs (awsJson 1.1): `GetMedicalTranscriptionJob` and
/// `ListMedicalTranscriptionJobs`.
///
/// It can be used from any task. Calls share the retry quota and the correction for AWS's clock. A call ends by its
/// deadline, which includes every attempt and every wait. Each attempt has a signature of its own. Once an attempt was sent
/// and got no response, all further attempts of the call open connections of their own.
public final class TranscribeClient: Sendable {
    let requests: RequestBuilder
    let transport: any Transport
    let credentials: any CredentialsSource
    private let policyInForce: Mutex<RetryPolicy>
    let time: TimeSource
    let random: @Sendable () -> Double
    let observe: @Sendable (TranscribeError?) -> Void
    let quota = Mutex(RetryQuota())
    let clock: AWSClock

    /// A client for one endpoint.
    ///
    /// - Parameters:
    ///   - clock: signs the requests and learns from their responses; nil for one of this client alone.
    ///   - random: a number from 0 to 1, the jitter of the waits.
    ///   - observe: called at the end of each attempt with its error, or nil if it brought the job; in the task of the
    ///     call.
    public init(
        endpoint: Endpoint, transport: any Transport, credentials: any CredentialsSource,
        policy: RetryPolicy = RetryPolicy(), time: TimeSource = .system, clock: AWSClock? = nil,
        random: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) },
        observe: @escaping @Sendable (TranscribeError?) -> Void = { _ in }
    ) {
        requests = RequestBuilder(at: endpoint)
        self.transport = transport
        self.credentials = credentials
        policyInForce = Mutex(policy)
        self.time = time
        self.clock = clock ?? AWSClock(wallTime: time.wallTime, instant: time.now)
        self.random = random
        self.observe = observe
    }

    var policy: RetryPolicy { policyInForce.withLock(\.self) }

    /// Puts another policy in force, also for the attempts that calls under way have still to make.
    public func change(to policy: RetryPolicy) { policyInForce.withLock { $0 = policy } }

    /// Calls AWS for the job, with retries.
    public func job(
        named name: JobName, deadline: ContinuousClock.Instant
    ) async throws(TranscribeError) -> JobResponse {
        try await job(
            named: name, deadline: deadline, mayRetry: { true }, attemptBegan: {}, attemptFailed: { _ in },
            admitRetry: { true })
    }

    /// Calls AWS for the job, with retries that the caller admits.
    ///
    /// - Parameters:
    ///   - mayRetry: asked right before each attempt, in the task of the call: whether the caller may admit another one
    ///     after it. If not, the attempt has all of the time that is left.
    ///   - attemptBegan: called right before the request of each attempt is sent, in the task of the call.
    ///   - attemptFailed: called with the error of each attempt that brought no job, before any back-off, in the task of
    ///     the call.
    ///   - admitRetry: called right before each attempt but the first, in the task of the call. It may wait until the
    ///     deadline. If it returns false, the call ends with the error of the attempt before.
    public func job(
        named name: JobName, deadline: ContinuousClock.Instant, mayRetry: () -> Bool, attemptBegan: () -> Void,
        attemptFailed: (TranscribeError) -> Void, admitRetry: () async -> Bool
    ) async throws(TranscribeError) -> JobResponse {
        let response = try await perform(
            .job(named: name), deadline: deadline, mayRetry: mayRetry, attemptBegan: attemptBegan,
            attemptFailed: attemptFailed, admitRetry: admitRetry)
        return JobResponse(job: response.output, origin: response.origin)
    }

    /// Calls AWS for a page of the list of running jobs, with retries that the caller admits: see `job` for them.
    ///
    /// - Parameters:
    ///   - token: of the page before; nil for the first page.
    ///   - isWanted: asked for the name of each listed job. Nothing is kept of the others.
    public func runningJobs(
        after token: PageToken?, isWanted: @escaping @Sendable (JobName) -> Bool, deadline: ContinuousClock.Instant,
        mayRetry: () -> Bool, attemptBegan: () -> Void, attemptFailed: (TranscribeError) -> Void,
        admitRetry: () async -> Bool
    ) async throws(TranscribeError) -> JobPage {
        let response = try await perform(
            .runningJobs(after: token, isWanted: isWanted), deadline: deadline, mayRetry: mayRetry,
            attemptBegan: attemptBegan, attemptFailed: attemptFailed, admitRetry: admitRetry)
        var page = response.output
        page.origin = response.origin
        return page
    }

    /// Calls an operation, with retries that the caller admits. The parameters are those of `job`.
    func perform<Output>(
        _ operation: Operation<Output>, deadline: ContinuousClock.Instant, mayRetry: () -> Bool,
        attemptBegan: () -> Void, attemptFailed: (TranscribeError) -> Void, admitRetry: () async -> Bool
    ) async throws(TranscribeError) -> (output: Output, origin: ResponseOrigin) {
        var call = Call(isSafeToRetry: operation.isSafeToRetry, deadline: deadline)
        while true {
            do throws(AttemptError) {
                let response = try await attempt(operation, in: &call, mayRetry, attemptBegan)
                recordSuccess(of: call)
                return response
            } catch {
                observe(error.error)
                attemptFailed(error.error)
                try await recover(from: error, in: &call)
                try await admit(admitRetry, after: error, in: call)
            }
        }
    }

    /// Refunds the retry quota and takes over AWS's clock, both for later calls.
    private func recordSuccess(of call: Call) {
        observe(nil)
        quota.withLock { $0.refund(call.lastRetryCost) }
        if let serverTime = call.serverTime { clock.learn(serverTime) }
    }
}

extension TranscribeClient {
    /// One attempt: signs the request, sends it and reads the response. Calls `attemptBegan` right before it sends.
    private func attempt<Output>(
        _ operation: Operation<Output>, in call: inout Call, _ callerMayRetry: () -> Bool, _ attemptBegan: () -> Void
    ) async throws(AttemptError) -> (output: Output, origin: ResponseOrigin) {
        let credentials = try await signingCredentials(for: call)
        let now = time.now()
        guard now < call.deadline else { throw .transport(.timedOut(.queued)) }
        let signingTime = clock.now
        call.beginAttempt(with: credentials, at: signingTime)
        let request = requests.request(
            for: operation, in: call, of: policy.attempts, with: credentials, at: signingTime)
        let isLast = !mayRetry(call) || !callerMayRetry()
        attemptBegan()
        let response = try await send(request, in: &call, by: call.deadline.endOfAttempt(from: now, isLast: isLast))
        call.serverTime = response.date
        return (try operation.output(of: response), response.origin)
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
        _ request: CurlRequest, in call: inout Call, by deadline: ContinuousClock.Instant
    ) async throws(AttemptError) -> CurlResponse {
        do throws(CurlError) {
            var request = request
            request.opensConnection = call.opensConnections
            return try await transport.perform(request, deadline: deadline)
        } catch {
            if error.requestMayHaveArrived { call.opensConnections = true }
            throw .transport(error)
        }
    }
}

/// The state of one call across its attempts. The task that makes the call owns it.
struct Call {
    /// Whether the operation may be repeated: see ``Operation/isSafeToRetry``.
    let isSafeToRetry: Bool
    /// The end of the call, retries and waits included.
    let deadline: ContinuousClock.Instant
    /// The same for all attempts, so that AWS can tell a retry from a new call.
    let invocationID = Self.newID()

    /// The number of attempts begun.
    private(set) var attempts = 0
    /// What signed the current attempt, or the last one.
    private(set) var credentials: Credentials?
    /// AWS's time in that signature, as ``AWSClock`` knew it.
    private(set) var signingTime: Timestamp?
    /// The `Date` of the last response, by AWS's clock.
    var serverTime: Timestamp?

    /// The waits that the quota was charged for, and the charge for the last.
    private(set) var retries = 0
    private(set) var lastRetryCost: Int?
    /// Whether an attempt used a connection and got no response. From then on every attempt opens a connection of its own.
    var opensConnections = false
    /// The credentials that replaced rejected ones. Set at most once.
    var replacement: Credentials?
    /// Whether the clock was corrected after AWS rejected a signature's time. That allows one more attempt.
    var hasCorrectedClock = false

    init(isSafeToRetry: Bool, deadline: ContinuousClock.Instant) {
        self.isSafeToRetry = isSafeToRetry
        self.deadline = deadline
    }

    /// `UUID()` would open and read /dev/urandom each time.
    private static func newID() -> String {
        var generator = SystemRandomNumberGenerator()
        return UUID.random(using: &generator).uuidString.lowercased()
    }

    mutating func beginAttempt(with credentials: Credentials, at signingTime: Timestamp) {
        attempts += 1
        self.credentials = credentials
        self.signingTime = signingTime
        serverTime = nil
    }

    mutating func beginRetry(cost: Int) {
        retries += 1
        lastRetryCost = cost
    }
}
