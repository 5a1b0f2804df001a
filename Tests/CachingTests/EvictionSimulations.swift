import Caching
import TestSupport

/// A cache of `capacity` equal entries under one policy, fed with names (numbers).
protocol EvictionSimulation {
    /// Looks `name` up and admits it on a miss. Returns whether it was a hit.
    mutating func access(_ name: Int) -> Bool
}

struct S3FIFOSimulation: EvictionSimulation {
    private var policy: S3FIFO
    private var slots: [Int: Int] = [:]
    private var names: [Int] = []
    private let capacity: Int

    init(capacity: Int) {
        self.capacity = capacity
        policy = S3FIFO(budget: capacity)
        policy.reserve(capacity)
    }

    mutating func access(_ name: Int) -> Bool {
        if let slot = slots[name] {
            policy.touch(slot)
            return true
        }
        let slot = vacate() ?? names.count
        if slot == names.count { names.append(name) } else { names[slot] = name }
        slots[name] = slot
        var hash = SplitMix64(seed: UInt64(name))
        policy.admit(slot, hash: UInt32(truncatingIfNeeded: hash.next()), cost: 1)
        return false
    }

    private mutating func vacate() -> Int? {
        guard names.count == capacity, let slot = policy.evict() else { return nil }
        slots[names[slot]] = nil
        return slot
    }
}

/// The list of both references, from the newest to the oldest slot; slot 0 is its head.
struct LinkedSlots {
    private var newer: [Int]
    private var older: [Int]

    init(capacity: Int) {
        newer = Array(repeating: 0, count: capacity + 1)
        older = newer
    }

    var oldest: Int { newer[0] }
    func newer(than slot: Int) -> Int { newer[slot] }

    mutating func append(_ slot: Int) {
        (newer[slot], older[slot]) = (0, older[0])
        newer[older[0]] = slot
        older[0] = slot
    }

    mutating func remove(_ slot: Int) {
        newer[older[slot]] = newer[slot]
        older[newer[slot]] = older[slot]
    }
}

/// Least recently used, the common reference.
struct LRUSimulation: EvictionSimulation {
    private var list: LinkedSlots
    private var slots: [Int: Int] = [:]
    private var names: [Int] = [-1]
    private let capacity: Int

    init(capacity: Int) {
        self.capacity = capacity
        list = LinkedSlots(capacity: capacity)
    }

    mutating func access(_ name: Int) -> Bool {
        if let slot = slots[name] {
            list.remove(slot)
            list.append(slot)
            return true
        }
        let slot = names.count <= capacity ? names.count : list.oldest
        if slot == names.count {
            names.append(name)
        } else {
            list.remove(slot)
            slots[names[slot]] = nil
            names[slot] = name
        }
        slots[name] = slot
        list.append(slot)
        return false
    }
}

/// SIEVE (Zhang et al., NSDI 2024): one queue, a bit for each entry, a hand that passes over those that were hit.
struct SieveSimulation: EvictionSimulation {
    private var list: LinkedSlots
    private var slots: [Int: Int] = [:]
    private var names: [Int] = [-1]
    private var visited: [Bool] = [false]
    private var hand = 0
    private let capacity: Int

    init(capacity: Int) {
        self.capacity = capacity
        list = LinkedSlots(capacity: capacity)
    }

    mutating func access(_ name: Int) -> Bool {
        if let slot = slots[name] {
            visited[slot] = true
            return true
        }
        let slot = names.count <= capacity ? names.count : evict()
        if slot == names.count {
            names.append(name)
            visited.append(false)
        } else {
            names[slot] = name
        }
        slots[name] = slot
        list.append(slot)
        return false
    }

    private mutating func evict() -> Int {
        while hand == 0 || visited[hand] {
            visited[hand] = false
            hand = list.newer(than: hand)
        }
        let slot = hand
        hand = list.newer(than: slot)
        list.remove(slot)
        slots[names[slot]] = nil
        return slot
    }
}
