package import SigV4

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
