extension EntryTable {
    /// The result of one step of storing a value.
    enum StoringStep: Sendable {
        /// Room was needed. Free this entry, then take the next step.
        case evicted(Entry)
        /// Done. Free the replaced value.
        case stored(replacing: CacheEntry<Value>?)
        /// Not kept. Free the entry that was to be replaced.
        case refused(Entry?)
    }

    /// Stores the value, or evicts a single entry for it. Each step is short, so that no hit waits while many small entries
    /// are evicted for a large one. Each step checks the lease, so that a purge between two steps wins, and is told the cost
    /// at its time.
    mutating func stepToStore(_ stored: CacheEntry<Value>, for key: Key, hash: UInt32, cost: Int, under lease: Lease)
        -> StoringStep
    {
        guard leases.isValid(lease, for: key) else { return refuse(key) }
        guard let price = price(of: cost) else { return refuse(key, removing: remove(key, hash: hash)) }
        if let slot = slot(of: key, hash: hash) {
            guard bytes - self.cost(of: slot) + cost > budget else {
                leases.release(for: key)
                return .stored(replacing: replace(slot, with: stored, cost: price))
            }
        } else if bytes + growth + cost <= budget {
            leases.release(for: key)
            insert(Entry(key: key, stored: stored), hash: hash, cost: price)
            return .stored(replacing: nil)
        }
        return evict().map { .evicted($0) } ?? refuse(key)
    }

    /// Gives the value of `key` other times. Nil leaves the entry as it is.
    mutating func renew(
        _ key: Key, hash: UInt32, at now: Moment, _ renewal: (CacheEntry<Value>) -> CacheEntry<Value>?
    ) -> CacheEntry<Value>? {
        guard let slot = slot(of: key, hash: hash), let stored = entries[slot].stored, now <= stored.keepUntil,
            let renewed = renewal(stored)
        else { return nil }
        entries[slot].stored = renewed
        return renewed
    }

    mutating func updateCost(of key: Key, hash: UInt32, to cost: (Value) -> Int?) {
        guard let slot = slot(of: key, hash: hash), let cost = entries[slot].stored.flatMap({ cost($0.value) }) else {
            return
        }
        policy.updateCost(of: slot, to: UInt32(clamping: cost))
    }

    mutating func evictIfOverBudget() -> Entry? {
        bytes > budget ? evict() : nil
    }

    /// nil if an entry of that cost would not fit into the empty table.
    private func price(of cost: Int) -> UInt32? {
        let needed = count == 0 ? tableBytes + growth : tableBytes
        return cost <= budget - needed ? UInt32(exactly: cost) : nil
    }

    private mutating func refuse(_ key: Key, removing entry: Entry? = nil) -> StoringStep {
        leases.release(for: key)
        return .refused(entry)
    }
}
