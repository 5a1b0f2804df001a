internal import Synchronization

/// Single flight: work on a key that is under way is done once for all who ask meanwhile. Safe for use from any thread.
///
/// A flight belongs to nobody. It holds waiters and no work: whoever is told to lead does the work and lands the flight,
/// whatever came of it, and shares the result, or the error, with the waiters of this flight alone. A waiter that loses
/// interest cancels nothing; it stays until the landing.
///
/// Between a miss and ``join(_:as:)`` another flight may have landed. So the leader looks in the cache again before it
/// works, and stores its result before it lands: then no key is worked on twice in vain.
public final class Flights<Key: Hashable & Sendable, Waiter: Sendable>: Sendable {
    private struct State {
        var waiters: [Key: [Waiter]] = [:]
        var waiting = 0
    }

    // One mutex: it is held for one look into a dictionary, and only misses come here, each of which costs a hundred
    // times as much upstream.
    private let state = Mutex(State())
    private let limit: Int

    /// `limit`: the number of waiters of all flights together.
    public init(limit: Int) {
        self.limit = limit
    }

    /// Adds a waiter to the flight of `key`, which begins with it if there is none. Constant time.
    public func join(_ key: Key, as waiter: Waiter) -> Boarding {
        state.withLock { state in
            guard state.waiting < limit else { return .full }
            state.waiting += 1
            if state.waiters[key]?.append(waiter) != nil { return .joined }
            state.waiters[key] = [waiter]
            return .leads
        }
    }

    /// Begins a flight for which nobody waits yet, such as a refresh. False if there is one already.
    public func lead(_ key: Key) -> Bool {
        state.withLock { state in
            guard state.waiters[key] == nil else { return false }
            state.waiters[key] = []
            return true
        }
    }

    /// Ends the flight of `key` and gives its waiters, in the order they came. Serve them outside any lock.
    public func land(_ key: Key) -> [Waiter] {
        state.withLock { state in
            let landed = state.waiters.removeValue(forKey: key) ?? []
            state.waiting -= landed.count
            return landed
        }
    }

    /// Flights under way.
    public var count: Int { state.withLock { $0.waiters.count } }

    /// Waiters of all flights.
    public var waiting: Int { state.withLock { $0.waiting } }
}
