public import Formats
import Synchronization

/// AWS's time: this machine's wall clock, corrected by the `Date` of AWS's responses where the two are far apart. Requests
/// are signed with it, and expirations, which AWS tells by its own clock, are compared with it. May be used from any thread.
public final class AWSClock: Sendable {
    private let wallTime: @Sendable () -> Timestamp
    private let correction = Mutex<Int64>(0)

    /// A clock that agrees with `wallTime` until a response shows otherwise.
    public init(wallTime: @escaping @Sendable () -> Timestamp) {
        self.wallTime = wallTime
    }

    /// AWS's time, as closely as it is known.
    public var now: Timestamp { time(correctedBy: milliseconds) }

    /// Milliseconds that are added to the wall clock's time; negative if that is ahead.
    package var milliseconds: Int64 { correction.withLock(\.self) }

    /// The wall clock's time with this correction, which may be that of an earlier moment.
    package func time(correctedBy milliseconds: Int64) -> Timestamp { wallTime().adding(milliseconds: milliseconds) }

    /// Takes over the time of a response that certainly is one of AWS's, if it is far from this clock's.
    package func learn(_ serverTime: Timestamp) {
        let wallTime = wallTime()
        correction.withLock { correction in
            if serverTime.isFar(from: wallTime.adding(milliseconds: correction)) {
                correction = serverTime.milliseconds(since: wallTime)
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
