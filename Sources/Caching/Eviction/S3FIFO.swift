/// Selects the slot to evict when room is needed: S3-FIFO (Yang, Zhang, Qiu, Yue, Rashmi: "FIFO queues are all you need for
/// cache eviction", SOSP 2023). A slot is a number that the owner gives to an entry. Not safe for concurrent access.
///
/// A new slot enters the *small* queue, a tenth of the budget. A slot hit twice by the time it reaches the end moves to the
/// *main* queue; the others leave, and a ``GhostQueue`` remembers the hashes of as many as there are slots. A key that
/// returns in that time enters the main queue at once. There a slot that was hit goes round again, as often as it was hit,
/// up to three times. So a scan of names that are asked for only once passes through a tenth of the memory, however long
/// it is.
///
/// A hit raises a counter of two bits and moves nothing.
@usableFromInline
package struct S3FIFO: Sendable {
    private static let smallShare = 10
    private static let hits: UInt8 = 0b11
    private static let inMain: UInt8 = 0b100

    private let budget: Int
    private var nodes: [SlotNode] = []
    /// Hits and the queue of each slot. Apart from the nodes, because a hit needs only this byte: a million of them fit the
    /// processor's cache.
    private var marks: [UInt8] = []
    private var small = SlotQueue()
    private var main = SlotQueue()
    private var ghosts = GhostQueue()

    /// `budget`: the bytes that the small queue is a tenth of.
    package init(budget: Int) {
        self.budget = budget
    }

    /// The cost of all admitted slots in bytes.
    package var bytes: Int { small.bytes + main.bytes }
    /// The number of admitted slots.
    package var count: Int { small.count + main.count }

    /// The bytes of this policy's tables for `capacity` slots.
    package static func footprint(for capacity: Int) -> Int {
        capacity * (MemoryLayout<SlotNode>.stride + MemoryLayout<UInt8>.stride) + GhostQueue.footprint(for: capacity)
    }

    /// Makes the slots below `capacity` valid.
    package mutating func reserve(_ capacity: Int) {
        nodes.reserveCapacity(capacity)
        marks.reserveCapacity(capacity)
        nodes += repeatElement(SlotNode(), count: capacity - nodes.count)
        marks += repeatElement(0, count: capacity - marks.count)
        ghosts.reserve(capacity)
    }

    /// Admits a slot that holds a new entry. `hash` is that of its key.
    package mutating func admit(_ slot: Int, hash: UInt32, cost: UInt32) {
        nodes[slot].hash = hash
        nodes[slot].cost = cost
        if ghosts.recall(hash, within: count) {
            enterMain(slot)
        } else {
            marks[slot] = 0
            small.append(slot, in: &nodes)
        }
    }

    /// Records a hit.
    @usableFromInline
    package mutating func touch(_ slot: Int) {
        if marks[slot] & Self.hits < Self.hits { marks[slot] += 1 }
    }

    /// Records another cost of an admitted slot.
    package mutating func updateCost(of slot: Int, to cost: UInt32) {
        if isInMain(slot) {
            main.updateCost(of: slot, to: cost, in: &nodes)
        } else {
            small.updateCost(of: slot, to: cost, in: &nodes)
        }
    }

    /// Forgets an admitted slot.
    package mutating func remove(_ slot: Int) {
        if isInMain(slot) { main.remove(slot, in: &nodes) } else { small.remove(slot, in: &nodes) }
    }

    /// Removes the slot to evict and returns it; nil if there is none.
    package mutating func evict() -> Int? {
        while count > 0 {
            let isSmallFull = small.bytes >= budget / Self.smallShare || main.count == 0
            if let slot = isSmallFull ? evictFromSmall() : evictFromMain() { return slot }
        }
        return nil
    }

    /// The cost of an admitted slot in bytes.
    package func cost(of slot: Int) -> Int { Int(nodes[slot].cost) }

    /// The hash that `slot` was admitted with.
    package func hash(of slot: Int) -> UInt32 { nodes[slot].hash }

    /// One step of the small queue: its oldest leaves, or moves to the main queue and nil is returned.
    private mutating func evictFromSmall() -> Int? {
        guard let slot = small.removeOldest(in: &nodes) else { return nil }
        if marks[slot] & Self.hits > 1 {
            enterMain(slot)
            return nil
        }
        ghosts.remember(nodes[slot].hash)
        return slot
    }

    /// One step of the main queue: its oldest leaves, or goes round once more and nil is returned.
    private mutating func evictFromMain() -> Int? {
        guard let slot = main.removeOldest(in: &nodes) else { return nil }
        if marks[slot] & Self.hits > 0 {
            marks[slot] -= 1
            main.append(slot, in: &nodes)
            return nil
        }
        return slot
    }

    private mutating func enterMain(_ slot: Int) {
        marks[slot] = Self.inMain
        main.append(slot, in: &nodes)
    }

    private func isInMain(_ slot: Int) -> Bool { marks[slot] & Self.inMain != 0 }
}
