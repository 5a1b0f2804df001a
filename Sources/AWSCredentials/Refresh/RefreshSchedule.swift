package import Formats
import SigV4

/// When a set of credentials is to be replaced: 5 minutes before it ends in the background, 1 minute before it ends
/// with everybody waiting. These are the windows on which the AWS SDKs agreed in 2026 (aws-sdk-java-v2#7028).
///
/// A set fetched close to its end has narrower windows, in proportion to the time it has left. So credentials that live
/// for seconds do not keep everybody waiting all their life, and a source that yields the same set until shortly before
/// its end is asked a few times, at shrinking distances, not at every turn.
package struct RefreshSchedule: Sendable, Equatable {
    /// From here on a refresh is welcome.
    package let advisory: Timestamp
    /// From here on nobody is served before a refresh was tried.
    package let mandatory: Timestamp

    /// Of a set that ends at `expiration` and was fetched at `now`.
    package init(expiration: Timestamp, fetchedAt now: Timestamp) {
        let left = max(expiration.milliseconds(since: now), 0)
        advisory = expiration.adding(milliseconds: -min(300_000, left / 3))
        mandatory = expiration.adding(milliseconds: -min(60_000, left / 15))
    }
}

/// The set in use.
struct HeldCredentials: Sendable {
    let credentials: Credentials
    let origin: CredentialsOrigin
    /// Nil where the set does not end by itself.
    let schedule: RefreshSchedule?
    /// Whether a fetch has failed since this set came. From then on nobody waits for another one.
    var refreshHasFailed = false

    init(_ credentials: Credentials, from origin: CredentialsOrigin, fetchedAt now: Timestamp) {
        self.credentials = credentials
        self.origin = origin
        schedule = credentials.expiration.map { RefreshSchedule(expiration: $0, fetchedAt: now) }
    }

    /// Whether to sign with it, be it for want of a better one.
    func isUsable(at now: Timestamp) -> Bool {
        origin.isStaticallyStable || credentials.expiration.map { now < $0 } ?? true
    }

    func isRefreshWelcome(at now: Timestamp) -> Bool { schedule.map { now >= $0.advisory } ?? false }

    func isRefreshMandatory(at now: Timestamp) -> Bool {
        !refreshHasFailed && schedule.map { now >= $0.mandatory } ?? false
    }
}

/// A stretch of time in which a source is left alone.
struct Cooldown: Sendable, Equatable {
    private let end: Timestamp
    private let length: Int64

    init(from start: Timestamp, milliseconds: Int64) {
        end = start.adding(milliseconds: milliseconds)
        length = milliseconds
    }

    /// Also true shortly before the start, for callers who looked at the clock earlier; but no longer before it than
    /// the cool-down lasts, so that a wall clock set back by an hour does not lengthen it by an hour.
    func covers(_ now: Timestamp) -> Bool {
        let left = end.milliseconds(since: now)
        return left > 0 && left <= 2 * length
    }
}

/// How often a source is asked to replace sets that AWS refuses one after the other. Most sources have a new set
/// whenever they are asked, and each refused look-up would have one made.
///
/// Nobody says that AWS takes a set. So it is silence that ends the back-off: no refusal for five minutes.
struct ReplacementBackoff: Sendable {
    private var length: Int64 = 0
    private var cooldown: Cooldown?
    /// The last sign that AWS still refuses.
    private var recentRejection: Cooldown?

    /// A set was fetched because AWS had refused the one before: from 5 s on, each cool-down is twice as long as the
    /// one before, up to 5 minutes.
    mutating func begin(at now: Timestamp) {
        length = min(max(2 * length, Self.shortest), Self.longest)
        cooldown = Cooldown(from: now, milliseconds: length)
        recentRejection = Cooldown(from: now, milliseconds: Self.longest)
    }

    /// Whether a source may be asked because AWS refuses the set that is held now.
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
