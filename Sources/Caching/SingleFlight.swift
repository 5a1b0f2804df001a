internal import Synchronization

/// Single flight: the work for a key is done once for all callers that need it meanwhile. Safe for use from any thread.
///
/// A flight holds waiters, not the work. The caller that leads does the work, finishes the flight whatever the outcome, and
/// passes the result or the error to the waiters of this flight only. A waiter cannot leave; it stays until the flight
/// finishes.
///
/// Between a miss and ``join(_:as:)`` another flight may have finished. So the leader looks in the cache again before the
/// work, and stores the result before it finishes the flight: then no work is done twice.
///
/// ``detach(_:)`` closes a flight to further waiters: a caller that comes later leads a flight of its own, while the detached
/// one goes on for those that joined it.
public final class SingleFlight<Key: Hashable & Sendable, Waiter: Sendable>: Sendable {
    /// The result of joining a flight.
    public enum Joined: Sendable, Equatable {
        /// There was no flight to join: the caller has to do the work and to finish this flight.
        case leads(Flight)
        /// There is a flight: its result is for this waiter too.
        case joined
        /// The limit of waiters is reached: the waiter was not added.
        case full
    }

    /// Names a flight to the caller that leads it, which finishes it once.
    public struct Flight: Sendable, Equatable {
        let key: Key
        let number: UInt64
    }

    private final class Stripe: Sendable {
        let flights = Mutex(FlightTable<Key, Waiter>())
    }

    // With one mutex, four threads that only joined and finished took three times as long for 64 keys.
    private let stripes = (0..<16).map { _ in Stripe() }
    private let limit: Atomic<Int>
    private let waiterCount = Atomic(0)

    /// `limit`: the number of waiters of all flights together.
    public init(limit: Int) {
        self.limit = Atomic(limit)
    }

    /// Puts another limit in force, for those that join from now on.
    public func change(limit: Int) { self.limit.store(limit, ordering: .relaxed) }

    /// Adds a waiter to the flight of `key`, or begins a flight with it if there is none. Constant time.
    public func join(_ key: Key, as waiter: Waiter) -> Joined {
        guard waiterCount.add(1, ordering: .relaxed).newValue <= limit.load(ordering: .relaxed) else {
            waiterCount.subtract(1, ordering: .relaxed)
            return .full
        }
        return stripe(of: key).flights.withLock { flights in
            flights.join(key, as: waiter) ? .joined : .leads(flights.begin(key, with: [waiter]))
        }
    }

    /// Begins a flight without a waiter, as for a refresh. Returns nil if there is a flight already.
    public func lead(_ key: Key) -> Flight? {
        stripe(of: key).flights.withLock { $0.isOpen(key) ? nil : $0.begin(key, with: []) }
    }

    /// Ends a flight and returns its waiters in the order of joining. Serve them outside any lock.
    public func finish(_ flight: Flight) -> [Waiter] {
        let finished = stripe(of: flight.key).flights.withLock { $0.end(flight.key, number: flight.number) }
        waiterCount.subtract(finished.count, ordering: .relaxed)
        return finished
    }

    /// Whether there is a flight of `key` that can be joined.
    public func isUnderWay(_ key: Key) -> Bool { stripe(of: key).flights.withLock { $0.isOpen(key) } }

    /// Closes the flight of `key`, if there is one, to further waiters.
    public func detach(_ key: Key) {
        stripe(of: key).flights.withLock { $0.detach(key) }
    }

    /// Closes every flight to further waiters.
    public func detachAll() {
        for stripe in stripes { stripe.flights.withLock { $0.detachAll() } }
    }

    /// The number of flights, detached ones included.
    public var count: Int { stripes.reduce(0) { $0 + $1.flights.withLock { $0.count } } }

    /// The number of waiters of all flights.
    public var waiting: Int { waiterCount.load(ordering: .relaxed) }

    private func stripe(of key: Key) -> Stripe { stripes[key.hashValue & (stripes.count - 1)] }
}

/// The flights of one stripe. A flight is open to further waiters until it is detached. Not safe for concurrent access.
private struct FlightTable<Key: Hashable & Sendable, Waiter: Sendable>: Sendable {
    private var open: [Key: (number: UInt64, waiters: [Waiter])] = [:]
    /// The waiters of the others, by the number of the flight.
    private var detached: [UInt64: [Waiter]] = [:]
    private var begun: UInt64 = 0

    var count: Int { open.count + detached.count }

    func isOpen(_ key: Key) -> Bool { open[key] != nil }

    /// Begins the flight of a key that has no open one.
    mutating func begin(_ key: Key, with waiters: [Waiter]) -> SingleFlight<Key, Waiter>.Flight {
        begun += 1
        open[key] = (begun, waiters)
        return .init(key: key, number: begun)
    }

    /// Returns whether there was an open flight to join.
    mutating func join(_ key: Key, as waiter: Waiter) -> Bool {
        open[key]?.waiters.append(waiter) != nil
    }

    /// Ends a flight and returns its waiters; none if it has ended before.
    mutating func end(_ key: Key, number: UInt64) -> [Waiter] {
        guard let flight = open[key], flight.number == number else { return detached.removeValue(forKey: number) ?? [] }
        open[key] = nil
        return flight.waiters
    }

    mutating func detach(_ key: Key) {
        guard let flight = open.removeValue(forKey: key) else { return }
        detached[flight.number] = flight.waiters
    }

    mutating func detachAll() {
        for flight in open.values { detached[flight.number] = flight.waiters }
        open = [:]
    }
}
