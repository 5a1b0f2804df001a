package import Formats
import SigV4

/// When a set of credentials is refreshed: in the background from an hour before its expiration, from 15 minutes if less
/// than 90 minutes were left when it was fetched, from 5 minutes if no more than 20 were; with every caller waiting from
/// a minute before it. These are the windows on which the AWS SDKs agreed in 2026 (aws-sdk-java-v2#7028).
///
/// A set fetched close to its expiration has narrower windows, in proportion to the time left. So callers do not wait
/// all the time for credentials that live for seconds, and a source that yields the same set until shortly before its
/// expiration is asked a few times, at shrinking intervals, instead of at every tick.
package struct RefreshSchedule: Sendable, Equatable {
    /// The start of background refreshes.
    package let advisory: Timestamp
    /// From here on callers wait until a refresh was tried.
    package let mandatory: Timestamp

    /// The schedule of a set that expires at `expiration` and was fetched at `now`.
    package init(expiration: Timestamp, fetchedAt now: Timestamp) {
        let left = max(expiration.milliseconds(since: now), 0)
        advisory = expiration.adding(milliseconds: -Self.advisoryWindow(of: left))
        mandatory = expiration.adding(milliseconds: -min(60_000, left / 15))
    }

    private static func advisoryWindow(of left: Int64) -> Int64 {
        switch left {
        case ...1_200_000: min(300_000, left / 2)
        case ..<5_400_000: 900_000
        default: 3_600_000
        }
    }
}

/// For how long a source that failed is not asked again in the background. Random, so that a thousand gateways do not
/// return at the same moment to a source that recovers. In milliseconds.
public struct FailureCooldown: Sendable, Equatable {
    private let beforeExpiration: Int64
    private let afterExpiration: Int64

    /// At most `beforeExpiration` while the held set is valid, and `afterExpiration` once it has expired, when AWS may
    /// reject it at any moment, and where no usable set is held.
    public init(beforeExpiration: Int64, afterExpiration: Int64) {
        self.beforeExpiration = beforeExpiration
        self.afterExpiration = afterExpiration
    }

    /// From five to ten minutes as in the AWS SDKs, and from 20 to 40 seconds.
    public static func random() -> FailureCooldown {
        FailureCooldown(
            beforeExpiration: .random(in: 300_000...600_000), afterExpiration: .random(in: 20_000...40_000))
    }

    /// With `left` milliseconds until the expiration, nil for a set without one. Half of them at most, so that a source
    /// gets several attempts before the expiration, one of them in its last minute.
    package func length(before left: Int64?) -> Int64 {
        guard let left else { return beforeExpiration }
        return left > 0 ? min(beforeExpiration, max(left / 2, Self.shortest)) : afterExpiration
    }

    /// Where no usable set is left. A minute after what only an operator can mend: the source would deny each request.
    func length(after error: CredentialsError) -> Int64 { error.isRecoverable ? afterExpiration : Self.denial }

    private static let shortest: Int64 = 20_000
    private static let denial: Int64 = 60_000
}

/// The set in use.
struct HeldCredentials: Sendable {
    let credentials: Credentials
    let origin: CredentialsOrigin
    /// Nil for a set without an expiration.
    let schedule: RefreshSchedule?
    /// Whether a fetch has failed since this set came. From then on no caller waits for a refresh of it.
    var refreshHasFailed = false
    /// Whether the last fetch ended in an error that is not recoverable. Callers get that error instead of the set.
    var isWithheld = false

    init(_ credentials: Credentials, from origin: CredentialsOrigin, fetchedAt now: Timestamp) {
        self.credentials = credentials
        self.origin = origin
        schedule = credentials.expiration.map { RefreshSchedule(expiration: $0, fetchedAt: now) }
    }

    /// Whether callers may have the set: it is not withheld, and AWS may accept it because it has not expired or its
    /// origin is statically stable.
    func isUsable(at now: Timestamp) -> Bool { !isWithheld && (origin.isStaticallyStable || !hasExpired(at: now)) }

    func hasExpired(at now: Timestamp) -> Bool { credentials.hasExpired(at: now) }

    /// Until the expiration, in milliseconds.
    func timeLeft(at now: Timestamp) -> Int64? { credentials.expiration?.milliseconds(since: now) }

    func isRefreshWelcome(at now: Timestamp) -> Bool { schedule.map { now >= $0.advisory } ?? false }

    func isRefreshMandatory(at now: Timestamp) -> Bool {
        !refreshHasFailed && schedule.map { now >= $0.mandatory } ?? false
    }
}

/// A stretch of time in which a source is not asked.
struct Cooldown: Sendable, Equatable {
    private let end: Timestamp
    private let length: Int64

    init(from start: Timestamp, milliseconds: Int64) {
        end = start.adding(milliseconds: milliseconds)
        length = milliseconds
    }

    /// Also true before the start, for a caller that read the clock earlier; but by no more than the length of the
    /// cool-down, so that a wall clock set back by an hour does not add an hour to it.
    func covers(_ now: Timestamp) -> Bool {
        let left = end.milliseconds(since: now)
        return left > 0 && left <= 2 * length
    }
}

/// Spaces the fetches that replace rejected sets. Most sources give a new set whenever they are asked, so without it
/// each rejected look-up would have a new set made.
///
/// Nothing reports that AWS accepts a set. So the back-off is reset by five minutes without a rejection.
struct ReplacementBackoff: Sendable {
    private var length: Int64 = 0
    private var cooldown: Cooldown?
    /// Five minutes from the last rejection.
    private var recentRejection: Cooldown?

    /// Starts a cool-down after a fetch that replaced a rejected set. The first one lasts 5 s, each later one twice as
    /// long as the one before, up to 5 minutes.
    mutating func begin(at now: Timestamp) {
        length = min(max(2 * length, Self.shortest), Self.longest)
        cooldown = Cooldown(from: now, milliseconds: length)
        recentRejection = Cooldown(from: now, milliseconds: Self.longest)
    }

    /// Records that AWS rejected the held set, and says whether the source may be asked for a replacement.
    mutating func permits(at now: Timestamp) -> Bool {
        guard recentRejection?.covers(now) == true else {
            self = ReplacementBackoff()
            return true
        }
        recentRejection = Cooldown(from: now, milliseconds: Self.longest)
        return cooldown?.covers(now) != true
    }

    /// In milliseconds.
    private static let shortest: Int64 = 5_000
    private static let longest: Int64 = 300_000
}
