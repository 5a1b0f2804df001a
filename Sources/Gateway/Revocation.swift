import Caching
import Synchronization

/// Whether AWS refuses the gateway's role or credentials at present: then what was seen before is not to be shown once it
/// is stale, whichever job it is. Safe to use from any thread.
final class Revocation: Sendable {
    /// Nanoseconds of the last refusal that no answer has followed.
    private let moment = Atomic(Int64.min)

    func note(at now: Moment) {
        moment.store(now.nanoseconds, ordering: .relaxed)
    }

    /// AWS has answered as to somebody who may ask.
    func clear() {
        if moment.load(ordering: .relaxed) != .min { moment.store(.min, ordering: .relaxed) }
    }

    /// Whether an answer may be shown although it is stale.
    func permits(_ stored: Stored<CachedAnswer>) -> Bool {
        stored.storedAt.nanoseconds > moment.load(ordering: .relaxed)
    }
}
