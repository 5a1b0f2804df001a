public import Synchronization

/// Values by key, bounded by bytes, each until its time. Safe for use from any thread.
///
/// **Concurrency.** The keys are spread over shards by their hash, each with its own mutex. A hit holds one of them
/// for the look-up and the retain; it allocates nothing and moves no list node. What leaves the cache is released after
/// the mutex, and making room evicts one entry for each time that the mutex is taken.
///
/// **Eviction.** ``S3FIFO`` in each shard, within an equal share of the capacity. The cost of an entry is told by those
/// who store it (``HeapSize`` knows what the allocator takes); the cache adds the exact size of its own tables, about
/// 90 bytes an entry. An entry that would not fit into its shard alone is not kept.
///
/// **Expiration.** Time is an argument. A value is given as long as it is not past `keepUntil`; whether it is fresh is
/// for the caller to judge. An expired entry leaves when it is looked up, replaced or evicted.
///
/// **Purges.** To store takes a ``Lease``, issued before the value was asked for. A purge of the key, or of all, voids
/// the leases that are out: what was on its way at the time of the purge is never kept.
public final class ExpiringCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    @usableFromInline
    final class Shard: Sendable {
        @usableFromInline let table: Mutex<EntryTable<Key, Value>>

        init(budget: Int) {
            table = Mutex(EntryTable(budget: budget))
        }
    }

    @usableFromInline let shards: [Shard]
    @usableFromInline let shift: Int

    /// - Parameters:
    ///   - capacity: bytes for entries and tables together; more than 0.
    ///   - shards: a power of two. An entry can take at most `capacity / shards`.
    public init(capacity: Int, shards: Int) {
        precondition(capacity > 0 && shards > 0 && shards & (shards - 1) == 0)
        self.shards = (0..<shards).map { _ in Shard(budget: capacity / shards) }
        shift = Int.bitWidth - shards.trailingZeroBitCount
    }

    /// The shards for so many bytes: of at most 8 MiB each, for a shard whose tables grow is locked while it copies them,
    /// half a millisecond at that size; but at least 16, for the threads, and at most 1024.
    public static func shards(for capacity: Int) -> Int {
        var shards = 16
        while shards < 1024, capacity / shards > 8 << 20 { shards *= 2 }
        return shards
    }

    // The hit path is inlinable down to the first call without a type parameter, so that it is specialized where it is
    // used: otherwise it takes six times as long.

    /// The value of `key` unless it is past its `keepUntil`. Allocates nothing.
    @inlinable
    public func value(for key: Key, at now: Moment) -> CacheEntry<Value>? {
        let (shard, hash) = place(of: key)
        let found = shards[shard].table.withLock { $0.lookUp(key, hash: hash, at: now) }
        guard case .hit(let stored) = found else { return nil }
        return stored
    }

    /// Leave to store a value of `key` that is about to be asked for. Spend it with
    /// ``store(_:for:cost:under:)`` or ``release(_:for:)``.
    public func lease(for key: Key) -> Lease {
        shards[place(of: key).shard].table.withLock { $0.leases.issue(for: key) }
    }

    /// Gives a lease back without storing, as after a failure.
    public func release(_ lease: consuming Lease, for key: Key) {
        shards[place(of: key).shard].table.withLock { $0.leases.spend(for: key) }
    }

    /// Stores a value in place of what the key had, and spends the lease.
    ///
    /// - Parameter cost: the bytes that the allocator gave for key and value.
    /// - Returns: whether it was kept. It is not if a purge voided the lease. It is not if it is larger than a shard's
    ///   share; then what the key had is gone too, because it is out of date.
    @discardableResult
    public func store(_ stored: CacheEntry<Value>, for key: Key, cost: Int, under lease: consuming Lease) -> Bool {
        let (shard, hash) = place(of: key)
        while true {
            switch shards[shard].table.withLock({
                $0.stepToStore(stored, for: key, hash: hash, cost: cost, under: lease)
            }) {
            case .evicted: continue
            case .stored: return true
            case .refused: return false
            }
        }
    }

    /// Notes that the value of `key` takes another number of bytes now, and makes room for them. Does nothing if `isSame`
    /// says that there is another value by now; it is called under the mutex and must be quick.
    public func updateCost(of key: Key, to cost: Int, ifStill isSame: (Value) -> Bool) {
        let (index, hash) = place(of: key)
        let shard = shards[index]
        shard.table.withLock { $0.updateCost(of: key, hash: hash, to: cost, ifStill: isSame) }
        // One entry for each time that the mutex is taken, and freed after it, as for storing.
        while shard.table.withLock({ $0.evictIfOverBudget() }) != nil {}
    }

    /// Purges `key`, and the result of a flight under way with it. Returns whether there was an entry.
    @discardableResult
    public func remove(_ key: Key) -> Bool {
        let (shard, hash) = place(of: key)
        return shards[shard].table.withLock { $0.purge(key, hash: hash) } != nil
    }

    /// Purges every key, shard by shard, and the results of all flights under way.
    public func removeAll() {
        for shard in shards {
            _ = shard.table.withLock { $0.purgeAll() }
        }
    }

    /// The counts of all shards, each at its own instant.
    public var counts: CacheCounts {
        shards.reduce(into: CacheCounts()) { $0 += $1.table.withLock { $0.counts } }
    }

    @inlinable
    func place(of key: Key) -> (shard: Int, hash: UInt32) {
        let hash = UInt(bitPattern: key.hashValue)
        return (Int(hash >> shift), UInt32(truncatingIfNeeded: hash))
    }
}

/// What an ``ExpiringCache`` counts. Hits and misses are counted by those who look up.
public struct CacheCounts: Sendable, Equatable {
    /// Entries held now, expired ones that nobody has looked up since among them.
    public internal(set) var entries = 0
    /// Bytes held now: the costs of the entries and the cache's own tables. Never above the capacity.
    public internal(set) var bytes = 0
    /// Entries that left to make room, since the start.
    public internal(set) var evictions = 0
    /// Entries that left because they were looked up after their time, since the start.
    public internal(set) var expirations = 0

    static func += (total: inout CacheCounts, part: CacheCounts) {
        total.entries += part.entries
        total.bytes += part.bytes
        total.evictions += part.evictions
        total.expirations += part.expirations
    }
}
