/// A slot in an eviction policy: its neighbours in its queue, its cost in bytes and the hash of its key. 16 bytes, so that
/// four share a cache line.
struct SlotNode {
    var older = SlotQueue.none
    var newer = SlotQueue.none
    var cost: UInt32 = 0
    var hash: UInt32 = 0
}

/// A first-in first-out queue linked through an array of nodes: any slot can be removed in constant time, and nothing is
/// allocated. Not safe for concurrent access.
struct SlotQueue {
    static let none = UInt32.max

    private var oldest = none
    private var newest = none
    /// The sum of the costs of the slots in the queue.
    private(set) var bytes = 0
    private(set) var count = 0

    mutating func append(_ slot: Int, in nodes: inout [SlotNode]) {
        nodes[slot].older = newest
        nodes[slot].newer = Self.none
        if newest == Self.none { oldest = UInt32(slot) } else { nodes[Int(newest)].newer = UInt32(slot) }
        newest = UInt32(slot)
        bytes += Int(nodes[slot].cost)
        count += 1
    }

    mutating func remove(_ slot: Int, in nodes: inout [SlotNode]) {
        let node = nodes[slot]
        if node.older == Self.none { oldest = node.newer } else { nodes[Int(node.older)].newer = node.newer }
        if node.newer == Self.none { newest = node.older } else { nodes[Int(node.newer)].older = node.older }
        bytes -= Int(node.cost)
        count -= 1
    }

    mutating func removeOldest(in nodes: inout [SlotNode]) -> Int? {
        guard oldest != Self.none else { return nil }
        let slot = Int(oldest)
        remove(slot, in: &nodes)
        return slot
    }

    /// Changes the cost of a slot in this queue; the slot keeps its place.
    mutating func updateCost(of slot: Int, to cost: UInt32, in nodes: inout [SlotNode]) {
        bytes += Int(cost) - Int(nodes[slot].cost)
        nodes[slot].cost = cost
    }
}
