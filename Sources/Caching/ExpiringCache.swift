public import Synchronization

/// Values by key, bounded by bytes, each until its time. Safe for use from any thread.
///
/// **Concurrency.** The keys are spread over shards by their hash, each with its own mutex. A hit holds one of them
/// for the look-up and the retain; it allocates nothing and moves no list node. Entries that leave the cache are freed
/// after the mutex is released, and making room evicts one entry each time the mutex is taken.
///
/// **Eviction.** ``S3FIFO`` in each shard, within an equal share of the capacity. The caller that stores an entry passes its
/// cost (``HeapSize`` computes what the allocator takes); the cache adds the exact size of its own tables, about 90 bytes
/// an entry. An entry that would not fit into its shard alone is not kept.
///
/// **Expiration.** Time is an argument. A value is returned until `keepUntil`; the caller judges whether it is fresh. An
/// expired entry leaves when it is looked up, replaced or evicted, or with the next ``removeExpired(at:fromShard:)``.
///
/// **Purges.** Storing requires a ``Lease``, issued before the value is fetched. A purge of the key, or of all keys, voids
/// the outstanding leases: a value that was being fetched at the time of the purge is never kept.
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

    /// The number of shards for a capacity in bytes: at most 8 MiB each, because a shard is locked while its growing tables
    /// are copied, half a millisecond at that size; at least 16, for the threads, and at most 1024.
    public static func shards(for capacity: Int) -> Int {
        var shards = 16
        while shards < 1024, capacity / shards > 8 << 20 { shards *= 2 }
        return shards
    }

    // The hit path is inlinable down to the first call without a type parameter, so that it is specialized where it is
    // used. Without that it takes six times as long.

    /// The value of `key` unless it is past its `keepUntil`. Allocates nothing.
    @inlinable
    public func value(for key: Key, at now: Moment) -> CacheEntry<Value>? {
        let (shard, hash) = place(of: key)
        let found = shards[shard].table.withLock { $0.lookUp(key, hash: hash, at: now) }
        guard case .hit(let stored) = found else { return nil }
        return stored
    }

    /// Issues a lease for a value of `key` that is about to be fetched. End it with ``store(_:for:cost:under:)`` or
    /// ``release(_:for:)``.
    public func lease(for key: Key) -> Lease {
        shards[place(of: key).shard].table.withLock { $0.leases.issue(for: key) }
    }

    /// Ends a lease without storing, as after a failed fetch. Returns whether it was valid: false if `key` was purged since
    /// it was issued.
    @discardableResult
    public func release(_ lease: consuming Lease, for key: Key) -> Bool {
        shards[place(of: key).shard].table.withLock { table in
            defer { table.leases.release(for: key) }
            return table.leases.isValid(lease, for: key)
        }
    }

    /// Stores a value, replaces the one that the key has, and ends the lease.
    ///
    /// - Parameter cost: the bytes that the allocator gave for key and value. It is asked for under the mutex when the value
    ///   is stored, because the value may have grown since it was made, and must be quick.
    /// - Returns: whether the value is kept. It is not if a purge voided the lease. It is not if it is larger than a shard's
    ///   share; then the value that the key had is removed too, because it is out of date.
    @discardableResult
    public func store(
        _ stored: CacheEntry<Value>, for key: Key, cost: @autoclosure () -> Int, under lease: consuming Lease
    ) -> Bool {
        let (shard, hash) = place(of: key)
        while true {
            switch shards[shard].table.withLock({
                $0.stepToStore(stored, for: key, hash: hash, cost: cost(), under: lease)
            }) {
            case .evicted: continue
            case .stored: return true
            case .refused: return false
            }
        }
    }

    /// Changes the cost of the value of `key`, in bytes, and makes room for it. `cost` is given the value that the key has
    /// now; nil leaves its cost as it is. It runs under the mutex and must be quick.
    public func updateCost(of key: Key, to cost: (Value) -> Int?) {
        let (index, hash) = place(of: key)
        let shard = shards[index]
        shard.table.withLock { $0.updateCost(of: key, hash: hash, to: cost) }
        // One entry each time the mutex is taken, and freed after its release, as for storing.
        while shard.table.withLock({ $0.evictIfOverBudget() }) != nil {}
    }

    /// Gives the value of `key` other times, and returns the entry as it is then: its origin has said that the value is as it
    /// was. A purge leaves nothing to renew, nor does the end of the time for which an entry is kept.
    ///
    /// - Parameter renewal: is given the entry that there is, and returns it with other times and the same value, or nil to
    ///   leave it. It runs under the mutex and must be quick.
    public func renew(
        _ key: Key, at now: Moment, _ renewal: (CacheEntry<Value>) -> CacheEntry<Value>?
    ) -> CacheEntry<Value>? {
        let (shard, hash) = place(of: key)
        return shards[shard].table.withLock { $0.renew(key, hash: hash, at: now, renewal) }
    }

    /// Purges `key`, and voids the lease of a fetch in flight. Returns whether there was an entry.
    @discardableResult
    public func remove(_ key: Key) -> Bool {
        let (shard, hash) = place(of: key)
        return shards[shard].table.withLock { $0.purge(key, hash: hash) } != nil
    }

    /// Purges every key, shard by shard, and voids the leases of all fetches in flight.
    public func removeAll() {
        for shard in shards {
            _ = shard.table.withLock { $0.purgeAll() }
        }
    }

    /// Removes the entries of one shard, from 0 to below ``shardCount``, that are past their `keepUntil`. It looks at every
    /// slot, at ``slotsInAStep`` each time it takes the mutex, and frees the entries after that.
    public func removeExpired(at now: Moment, fromShard shard: Int) {
        var start = 0
        while start < shards[shard].table.withLock({ $0.slotCount }) {
            let slots = start..<start + Self.slotsInAStep
            _ = shards[shard].table.withLock { $0.takeExpired(in: slots, at: now) }
            start = slots.upperBound
        }
    }

    /// So few that a look-up does not wait for more than some microseconds.
    private static var slotsInAStep: Int { 512 }

    public var shardCount: Int { shards.count }

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

/// The counts of an ``ExpiringCache``. The caller counts hits and misses.
public struct CacheCounts: Sendable, Equatable {
    /// Entries held now, including expired ones that were neither looked up nor removed since.
    public internal(set) var entries = 0
    /// Bytes held now: the costs of the entries and the cache's own tables. Never above the capacity.
    public internal(set) var bytes = 0
    /// Entries evicted since the start.
    public internal(set) var evictions = 0
    /// Entries removed since the start because they were past their `keepUntil`.
    public internal(set) var expirations = 0

    static func += (total: inout CacheCounts, part: CacheCounts) {
        total.entries += part.entries
        total.bytes += part.bytes
        total.evictions += part.evictions
        total.expirations += part.expirations
    }
}
