import FoundationEssentials
import SigV4

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
