import Synchronization

/// Which provider of a chain yielded credentials first. Safe to use from any thread.
final class ChainWinner: Sendable {
    private let place = Mutex<Int?>(nil)

    /// Its place in the chain; nil until one has yielded.
    var index: Int? {
        get { place.withLock { $0 } }
        set { place.withLock { $0 = newValue } }
    }
}
