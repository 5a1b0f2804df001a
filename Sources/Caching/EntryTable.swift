/// One shard's entries, within a budget of bytes that includes its own tables. Nothing here frees an entry: every entry that
/// leaves is returned, and the caller frees it outside the lock. Not safe for concurrent access.
@usableFromInline
struct EntryTable<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    /// A slot's key and value, or neither. Two optionals rather than an optional pair, so that a hit copies and retains only
    /// the value.
    @usableFromInline
    struct Entry: Sendable {
        @usableFromInline var key: Key?
        @usableFromInline var stored: CacheEntry<Value>?
    }

    @usableFromInline
    enum LookUpResult: Sendable {
        case missing
        case hit(CacheEntry<Value>)
        case expired(Entry)
    }

    let budget: Int
    var leases = LeaseTable<Key>()
    private(set) var evictions = 0
    @usableFromInline var expirations = 0
    @usableFromInline var index = SlotIndex()
    @usableFromInline var entries: [Entry] = []
    @usableFromInline var policy: S3FIFO
    private var vacant: [UInt32] = []

    init(budget: Int) {
        self.budget = budget
        policy = S3FIFO(budget: budget)
    }

    var counts: CacheCounts {
        CacheCounts(entries: policy.count, bytes: bytes, evictions: evictions, expirations: expirations)
    }

    @inlinable
    mutating func lookUp(_ key: Key, hash: UInt32, at now: Moment) -> LookUpResult {
        guard let slot = slot(of: key, hash: hash), let stored = entries[slot].stored else { return .missing }
        if now <= stored.keepUntil {
            policy.touch(slot)
            return .hit(stored)
        }
        expirations += 1
        return .expired(take(slot))
    }

    /// Takes the entries out of those slots that are past their time. Slots beyond the table are ignored.
    mutating func takeExpired(in slots: Range<Int>, at now: Moment) -> [Entry] {
        var expired: [Entry] = []
        for slot in slots.clamped(to: entries.indices) {
            guard let stored = entries[slot].stored, now > stored.keepUntil else { continue }
            expirations += 1
            expired.append(take(slot))
        }
        return expired
    }

    mutating func purge(_ key: Key, hash: UInt32) -> Entry? {
        leases.purge(key)
        return remove(key, hash: hash)
    }

    /// Empties this table and returns the old one, whose memory the caller frees.
    mutating func purgeAll() -> Self {
        let old = self
        leases.purgeAll()
        (index, entries, policy, vacant) = (SlotIndex(), [], S3FIFO(budget: budget), [])
        return old
    }
}

// MARK: Slots

extension EntryTable {
    /// The bytes of the entries and of the tables.
    var bytes: Int { policy.bytes + tableBytes }

    var count: Int { policy.count }

    /// The slots of the table, occupied and vacant ones.
    var slotCount: Int { entries.count }

    var tableBytes: Int { Self.tableBytes(for: entries.count) }

    @inlinable @inline(__always)
    func slot(of key: Key, hash: UInt32) -> Int? {
        var place = index.start(of: hash)
        while let slot = index.candidate(for: hash, from: &place) {
            if entries[slot].key == key { return slot }
        }
        return nil
    }

    func cost(of slot: Int) -> Int { policy.cost(of: slot) }

    /// Puts an entry into a vacant slot. The key must not be in the table.
    mutating func insert(_ entry: Entry, hash: UInt32, cost: UInt32) {
        if vacant.isEmpty { grow() }
        let slot = Int(vacant.removeLast())
        entries[slot] = entry
        index.insert(slot, hash: hash)
        policy.admit(slot, hash: hash, cost: cost)
    }

    /// Replaces the value of an occupied slot, which keeps its place in the policy, and returns the old one.
    mutating func replace(_ slot: Int, with stored: CacheEntry<Value>, cost: UInt32) -> CacheEntry<Value>? {
        let old = entries[slot].stored
        entries[slot].stored = stored
        policy.updateCost(of: slot, to: cost)
        return old
    }

    mutating func remove(_ key: Key, hash: UInt32) -> Entry? {
        slot(of: key, hash: hash).map { take($0) }
    }

    mutating func evict() -> Entry? {
        guard let slot = policy.evict() else { return nil }
        evictions += 1
        return vacate(slot)
    }

    @usableFromInline
    mutating func take(_ slot: Int) -> Entry {
        policy.remove(slot)
        return vacate(slot)
    }

    /// Empties a slot that the policy has removed.
    private mutating func vacate(_ slot: Int) -> Entry {
        index.remove(slot, hash: policy.hash(of: slot))
        vacant.append(UInt32(slot))
        defer { entries[slot] = Entry() }
        return entries[slot]
    }
}

// MARK: Growth

extension EntryTable {
    /// The bytes by which the tables have to grow before another entry fits.
    var growth: Int {
        vacant.isEmpty ? Self.tableBytes(for: Self.capacity(after: entries.count)) - tableBytes : 0
    }

    private mutating func grow() {
        let slots = entries.count..<Self.capacity(after: entries.count)
        entries.reserveCapacity(slots.upperBound)
        entries += repeatElement(Entry(), count: slots.count)
        vacant.reserveCapacity(slots.upperBound)
        vacant += slots.reversed().map { UInt32($0) }
        policy.reserve(slots.upperBound)
        index.reserve(slots.upperBound)
    }

    /// By a quarter. All arrays are sized exactly, so that the bytes they have are the bytes counted.
    private static func capacity(after capacity: Int) -> Int { max(16, capacity + capacity / 4) }

    private static func tableBytes(for capacity: Int) -> Int {
        capacity * (MemoryLayout<Entry>.stride + MemoryLayout<UInt32>.stride)
            + S3FIFO.footprint(for: capacity) + SlotIndex.footprint(for: capacity)
    }
}
