import TestSupport
import Testing

@testable import RateLimiting

@Suite struct FairQueueTests {
    /// A simple reference: a list of callers in the order of their turns, each with its IDs.
    private struct Reference {
        let limit: Int
        var queues: [(caller: UInt64, ids: [UInt64])] = []
        var count: Int { queues.reduce(0) { $0 + $1.ids.count } }
        var longest: Int { queues.map(\.ids.count).max() ?? 0 }

        func own(_ caller: UInt64) -> Int { queues.first { $0.caller == caller }?.ids.count ?? 0 }

        func accepts(_ caller: UInt64) -> Bool { count < limit || own(caller) + 1 < longest }

        mutating func append(_ id: UInt64, of caller: UInt64) {
            if let index = queues.firstIndex(where: { $0.caller == caller }) {
                queues[index].ids.append(id)
            } else {
                queues.append((caller, [id]))
            }
        }

        mutating func popFirst() -> UInt64? {
            guard !queues.isEmpty else { return nil }
            var queue = queues.removeFirst()
            let id = queue.ids.removeFirst()
            if !queue.ids.isEmpty { queues.append(queue) }
            return id
        }

        mutating func remove(_ id: UInt64) -> Bool {
            for index in queues.indices where queues[index].ids.contains(id) {
                queues[index].ids.removeAll { $0 == id }
                if queues[index].ids.isEmpty { queues.remove(at: index) }
                return true
            }
            return false
        }
    }

    private func drain(_ queue: inout FairQueue<String>) -> [String] {
        var all: [String] = []
        while let next = queue.popFirst() { all.append(next) }
        return all
    }

    private func queue(limit: Int = 100, _ entries: [(String, UInt64)]) -> FairQueue<String> {
        var queue = FairQueue<String>(limit: limit)
        for (id, entry) in entries.enumerated() {
            _ = queue.append(entry.0, id: UInt64(id), of: entry.1)
        }
        return queue
    }

    @Test func servesCallersInTurnAndEachInItsOrder() {
        var queue = queue([("a1", 1), ("a2", 1), ("a3", 1), ("b1", 2), ("b2", 2), ("c1", 3)])
        #expect(queue.first == "a1")
        #expect(drain(&queue) == ["a1", "b1", "c1", "a2", "b2", "a3"])
        #expect(queue.isEmpty && queue.first == nil)
    }

    @Test func aNewCallerWaitsForOneTurnHoweverMuchOthersHave() {
        var queue = queue((0..<90).map { ("\($0 % 3)-\($0 / 3)", UInt64($0 % 3)) })
        #expect(queue.position(of: 9) == 3)
        _ = queue.append("new", id: 100, of: 9)
        #expect((0..<4).map { _ in queue.popFirst() } == ["0-0", "1-0", "2-0", "new"])
    }

    @Test func whenFullTheCallerWithTheMostLosesItsNewest() {
        var queue = queue(limit: 4, [("a1", 1), ("a2", 1), ("a3", 1), ("b1", 2)])
        #expect(!queue.accepts(1) && queue.accepts(2) && queue.accepts(3))
        #expect(queue.append("c1", id: 10, of: 3) == "a3")
        #expect(!queue.accepts(2) && queue.accepts(4))
        #expect(queue.append("d1", id: 11, of: 4) == "a2")
        #expect(!queue.accepts(5) && queue.count == 4)
        #expect(drain(&queue) == ["a1", "b1", "c1", "d1"])
    }

    @Test(arguments: [(0, ["1", "3", "2"]), (1, ["0", "3", "2"]), (2, ["0", "3", "1"]), (3, ["0", "1", "2"])])
    func removesAnEntryFromAnyPlace(number: Int, rest: [String]) {
        let id = UInt64(number)
        var queue = queue([("0", 1), ("1", 1), ("2", 1), ("3", 2)])
        let (first, second) = (queue.remove(id), queue.remove(id))
        #expect(first == "\(id)" && second == nil)
        #expect(drain(&queue) == rest)
    }

    @Test func aQueueWithoutPlacesAcceptsNoCaller() {
        #expect(!FairQueue<String>(limit: 0).accepts(1))
    }

    @Test func behavesAsTheListOfListsDoes() {
        var (random, queue, reference) = (SplitMix64(seed: 21), FairQueue<UInt64>(limit: 50), Reference(limit: 50))
        var lost = 0
        for id in UInt64(0)..<100_000 {
            let caller = UInt64.random(in: 0..<12, using: &random)
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<5:
                #expect(queue.accepts(caller) == reference.accepts(caller))
                guard queue.accepts(caller) else { continue }
                let longest = reference.queues.filter { $0.ids.count == reference.longest }
                if let dropped = queue.append(id, id: id, of: caller) {
                    #expect(longest.contains { $0.ids.last == dropped } && reference.remove(dropped))
                    lost += 1
                }
                reference.append(id, of: caller)
            case 5..<9: #expect(queue.popFirst() == reference.popFirst())
            default:
                let victim = UInt64.random(in: id - min(id, 80)...id, using: &random)
                #expect((queue.remove(victim) != nil) == reference.remove(victim))
            }
            #expect(queue.count == reference.count && queue.first == reference.queues.first?.ids.first)
            #expect(queue.count(of: caller) == reference.own(caller))
        }
        #expect(lost > 100)
    }
}
