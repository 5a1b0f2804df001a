internal import Synchronization

/// Single flight: work on a key that is under way is done once for all who ask meanwhile. Safe for use from any thread.
///
/// A flight belongs to nobody. It holds waiters and no work: whoever is told to lead does the work, lands the flight
/// whatever came of it, and shares the result, or the error, with the waiters of this flight alone. A waiter that loses
/// interest cancels nothing; it stays until the landing.
///
/// Between a miss and ``join(_:as:)`` another flight may have landed. So the leader looks in the cache again before it
/// works, and stores its result before it lands: then no key is worked on twice in vain.
public final class SingleFlight<Key: Hashable & Sendable, Waiter: Sendable>: Sendable {
    /// The result of joining a flight.
    public enum Joined: Sendable, Equatable {
        /// There was no flight: the caller has to do the work and to land it.
        case leads
        /// The work is under way: its landing serves this waiter too.
        case joined
        /// There are as many waiters as there may be: not taken in.
        case full
    }

    private final class Stripe: Sendable {
        let waiters = Mutex<[Key: [Waiter]]>([:])
    }

    // With one mutex, four threads that did nothing but join and land took three times as long for 64 keys.
    private let stripes = (0..<16).map { _ in Stripe() }
    private let limit: Int
    private let waiterCount = Atomic(0)

    /// `limit`: the number of waiters of all flights together.
    public init(limit: Int) {
        self.limit = limit
    }

    /// Adds a waiter to the flight of `key`, which begins with it if there is none. Constant time.
    public func join(_ key: Key, as waiter: Waiter) -> Joined {
        guard waiterCount.add(1, ordering: .relaxed).newValue <= limit else {
            waiterCount.subtract(1, ordering: .relaxed)
            return .full
        }
        return stripe(of: key).waiters.withLock { waiters in
            if waiters[key]?.append(waiter) != nil { return .joined }
            waiters[key] = [waiter]
            return .leads
        }
    }

    /// Begins a flight for which nobody waits yet, such as a refresh. False if there is one already.
    public func lead(_ key: Key) -> Bool {
        stripe(of: key).waiters.withLock { waiters in
            guard waiters[key] == nil else { return false }
            waiters[key] = []
            return true
        }
    }

    /// Ends the flight of `key` and gives its waiters, in the order they came. Serve them outside any lock.
    public func finish(_ key: Key) -> [Waiter] {
        let finished = stripe(of: key).waiters.withLock { $0.removeValue(forKey: key) } ?? []
        waiterCount.subtract(finished.count, ordering: .relaxed)
        return finished
    }

    /// Flights under way.
    public var count: Int { stripes.reduce(0) { $0 + $1.waiters.withLock { $0.count } } }

    /// Waiters of all flights.
    public var waiting: Int { waiterCount.load(ordering: .relaxed) }

    private func stripe(of key: Key) -> Stripe { stripes[key.hashValue & (stripes.count - 1)] }
}
