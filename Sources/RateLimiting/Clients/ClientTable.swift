/// The bucket states of many clients in bounded memory. Not safe for concurrent access: `ClientLimiter` locks it.
///
/// Open addressing in sets of eight slots. A key may stand in either of two sets chosen by its hash, which keeps the sets
/// evenly filled up to high loads. A new client takes:
///
/// 1. a slot never used, else that of the client idle longest. An idle client's bucket is full, so forgetting it loses
///    nothing, and no sweep is needed.
/// 2. If both sets hold only active clients the table doubles, up to its limit. That is the only allocation.
/// 3. At the limit the new client replaces the client of the two sets whose bucket is nearest to full. The error is toward
///    admitting: the replaced client regains the few tokens it had used, no client is refused for lack of room, and the
///    clients with the most requests, at which the limit aims, are the last to be forgotten.
struct ClientTable: Sendable {
    private struct Slot {
        var key: UInt64 = 0
        var arrival = GCRA.full
        var isUsed: Bool { arrival != GCRA.full }
    }

    private static let setSize = 8

    private var slots: [Slot]
    /// The latest time of any request. A thread that reads the clock and then waits for the lock has an earlier one, by
    /// which the client's debt would look larger than it is.
    private var latest = Int64.min
    private let limit: Int

    /// A table of two sets that may grow to `limit` slots, a power of two no smaller.
    init(limit: Int) {
        self.init(slots: 2 * Self.setSize, limit: limit)
    }

    private init(slots: Int, limit: Int) {
        self.slots = Array(repeating: Slot(), count: slots)
        self.limit = max(slots, limit)
    }

    /// SipHash with a seed for each process, so that a client cannot choose keys that crowd one set.
    static func hash(_ key: UInt64) -> UInt64 {
        UInt64(bitPattern: Int64(key.hashValue))
    }

    /// Decides about a request of the client and keeps its new state.
    mutating func decide(
        by policy: GCRA, for key: UInt64, hash: UInt64, cost: Int, at now: Int64
    ) -> GCRA.Decision {
        latest = max(latest, now)
        let index = find(key, hash) ?? makeRoom(for: key, hash, at: latest)
        let decision = policy.decide(slots[index].arrival, at: latest, cost: cost)
        slots[index].arrival = decision.arrival
        return decision
    }

    /// Keeps what each client has taken, in terms of another policy.
    mutating func change(from old: GCRA, to new: GCRA, at now: Int64) {
        latest = max(latest, now)
        guard old != new else { return }
        for index in slots.indices where slots[index].arrival > latest {
            slots[index].arrival = new.converted(slots[index].arrival, from: old, at: latest)
        }
    }

    private func find(_ key: UInt64, _ hash: UInt64) -> Int? {
        find(key, in: firstSet(hash)) ?? find(key, in: secondSet(hash))
    }

    private func find(_ key: UInt64, in set: Int) -> Int? {
        for index in set..<set + Self.setSize where slots[index].key == key && slots[index].isUsed {
            return index
        }
        return nil
    }

    private mutating func makeRoom(for key: UInt64, _ hash: UInt64, at now: Int64) -> Int {
        let (first, second) = (vacancy(in: firstSet(hash), at: now), vacancy(in: secondSet(hash), at: now))
        let chosen = first.isBetter(than: second) ? first : second
        if chosen.free == 0 && slots.count < limit {
            grow(at: now)
            return makeRoom(for: key, hash, at: now)
        }
        slots[chosen.index] = Slot(key: key)
        return chosen.index
    }

    private mutating func grow(at now: Int64) {
        var larger = ClientTable(slots: 2 * slots.count, limit: limit)
        for slot in slots where slot.arrival > now {
            let index = larger.makeRoom(for: slot.key, Self.hash(slot.key), at: now)
            larger.slots[index] = slot
        }
        larger.latest = latest
        self = larger
    }

    // The low bits of a hash choose the stripe in `ClientLimiter`.
    private func firstSet(_ hash: UInt64) -> Int { Int(hash >> 8) & (slots.count - 1) & ~(Self.setSize - 1) }
    private func secondSet(_ hash: UInt64) -> Int { Int(hash >> 36) & (slots.count - 1) & ~(Self.setSize - 1) }
}

extension ClientTable {
    /// The slot of a set that a new client would take, and how many slots of the set are free or idle.
    private struct Vacancy {
        var index: Int
        var arrival = Int64.max
        var free = 0

        func isBetter(than other: Vacancy) -> Bool {
            free == other.free ? arrival <= other.arrival : free > other.free
        }
    }

    private func vacancy(in set: Int, at now: Int64) -> Vacancy {
        var vacancy = Vacancy(index: set)
        for index in set..<set + Self.setSize {
            let arrival = slots[index].arrival
            if arrival <= now { vacancy.free += 1 }
            if arrival < vacancy.arrival { (vacancy.index, vacancy.arrival) = (index, arrival) }
        }
        return vacancy
    }
}
