internal import Synchronization

/// Single flight: the work for a key is done once for all callers that need it meanwhile. Safe for use from any thread.
///
/// A flight holds waiters, not the work. The caller that leads does the work, finishes the flight whatever the outcome, and
/// passes the result or the error to the waiters of this flight only. A waiter cannot leave; it stays until the flight
/// finishes.
///
/// Between a miss and ``join(_:as:)`` another flight may have finished. So the leader looks in the cache again before the
/// work, and stores the result before it finishes the flight: then no work is done twice.
public final class SingleFlight<Key: Hashable & Sendable, Waiter: Sendable>: Sendable {
    /// The result of joining a flight.
    public enum Joined: Sendable, Equatable {
        /// There was no flight: the caller has to do the work and to finish the flight.
        case leads
        /// There is a flight: its result is for this waiter too.
        case joined
        /// The limit of waiters is reached: the waiter was not added.
        case full
    }

    private final class Stripe: Sendable {
        let waiters = Mutex<[Key: [Waiter]]>([:])
    }

    // With one mutex, four threads that only joined and finished took three times as long for 64 keys.
    private let stripes = (0..<16).map { _ in Stripe() }
    private let limit: Int
    private let waiterCount = Atomic(0)

    /// `limit`: the number of waiters of all flights together.
    public init(limit: Int) {
        self.limit = limit
    }

    /// Adds a waiter to the flight of `key`, or begins a flight with it if there is none. Constant time.
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

    /// Begins a flight without a waiter, as for a refresh. Returns false if there is a flight already.
    public func lead(_ key: Key) -> Bool {
        stripe(of: key).waiters.withLock { waiters in
            guard waiters[key] == nil else { return false }
            waiters[key] = []
            return true
        }
    }

    /// Ends the flight of `key` and returns its waiters in the order of joining. Serve them outside any lock.
    public func finish(_ key: Key) -> [Waiter] {
        let finished = stripe(of: key).waiters.withLock { $0.removeValue(forKey: key) } ?? []
        waiterCount.subtract(finished.count, ordering: .relaxed)
        return finished
    }

    /// The number of flights.
    public var count: Int { stripes.reduce(0) { $0 + $1.waiters.withLock { $0.count } } }

    /// The number of waiters of all flights.
    public var waiting: Int { waiterCount.load(ordering: .relaxed) }

    private func stripe(of key: Key) -> Stripe { stripes[key.hashValue & (stripes.count - 1)] }
}
