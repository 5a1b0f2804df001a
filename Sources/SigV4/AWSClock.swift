public import Formats
import Synchronization

/// AWS's time. Requests are signed with it, and expirations, which AWS tells by its own clock, are compared with it. May be
/// used from any thread.
///
/// Until a response tells AWS's time it is this machine's wall clock. From then on the time that has passed since is counted
/// by the monotonic clock, so that a wall clock that is set, forwards or backwards, changes nothing.
public final class AWSClock: Sendable {
    /// What the time was at an instant of the monotonic clock.
    private struct Reference: Sendable {
        let time: Timestamp
        let instant: ContinuousClock.Instant

        func time(at instant: ContinuousClock.Instant) -> Timestamp {
            time.adding(milliseconds: Int64(((instant - self.instant) / .milliseconds(1)).rounded()))
        }
    }

    private let wallTime: @Sendable () -> Timestamp
    private let instant: @Sendable () -> ContinuousClock.Instant
    /// Nil until a response told AWS's time.
    private let reference = Mutex<Reference?>(nil)

    /// A clock that shows `wallTime` until it learns. `instant` reads the monotonic clock.
    public init(
        wallTime: @escaping @Sendable () -> Timestamp,
        instant: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.wallTime = wallTime
        self.instant = instant
    }

    /// AWS's time, as closely as it is known.
    public var now: Timestamp { reference.withLock(\.self)?.time(at: instant()) ?? wallTime() }

    /// Takes over the time of a response that is probably one of AWS's. The wall clock counts where it is not far from that
    /// time, since `Date` has whole seconds; otherwise what was learnt before counts where that is not far from it.
    package func learn(_ serverTime: Timestamp) {
        let (wallTime, instant) = (wallTime(), instant())
        reference.withLock { reference in
            if !serverTime.isFar(from: wallTime) {
                reference = Reference(time: wallTime, instant: instant)
            } else if reference.map({ serverTime.isFar(from: $0.time(at: instant)) }) ?? true {
                reference = Reference(time: serverTime, instant: instant)
            }
        }
    }
}

extension Timestamp {
    /// Whether AWS, by whose clock it is this time, may reject what was signed at `signed`. It accepts 5 minutes in both
    /// directions ("Signature expired …", "Signature not yet current …"), and the transfer may take a part of that.
    /// Smaller differences may come from `Date`, which has whole seconds, and from the time that the response took.
    package func isFar(from signed: Timestamp) -> Bool { milliseconds(since: signed).magnitude >= 240_000 }
}
