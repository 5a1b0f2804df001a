import Caching
import TestSupport
import Testing

extension CachingTests {
    @Suite struct S3FIFOTests {
        /// Ten slots of cost 10 in a budget of 100: the small queue is full with one of them.
        private func policy(slots: Int = 10, hitTwice: [Int] = []) -> S3FIFO {
            var policy = S3FIFO(budget: 100)
            policy.reserve(slots)
            for slot in 0..<slots { policy.admit(slot, hash: UInt32(slot), cost: 10) }
            for slot in hitTwice {
                policy.touch(slot)
                policy.touch(slot)
            }
            return policy
        }

        @Test func evictsInTheOrderOfArrivalWhatWasNeverHit() {
            var policy = policy()
            #expect((0..<10).map { _ in policy.evict() } == Array(0..<10))
            #expect(policy.evict() == nil)
        }

        @Test func sparesWhatWasHitTwice() {
            var policy = policy(hitTwice: [0, 3])
            #expect((0..<8).map { _ in policy.evict() } == [1, 2, 4, 5, 6, 7, 8, 9])
        }

        @Test func doesNotSpareWhatWasHitOnce() {
            var policy = policy()
            policy.touch(0)
            #expect(policy.evict() == 0)
        }

        @Test func letsAScanPassThroughTheSmallQueue() {
            var policy = policy(hitTwice: [0, 1, 2, 3, 4])
            for _ in 5..<10 { _ = policy.evict() }
            for name in 100..<100_000 {
                policy.admit(9, hash: UInt32(name), cost: 10)
                #expect(policy.evict() == 9)
            }
        }

        @Test func takesWhatComesBackSoonIntoTheMainQueue() {
            var policy = policy(hitTwice: [1, 2, 3, 4, 5])
            #expect(policy.evict() == 0)
            policy.admit(0, hash: 0, cost: 10)
            #expect((0..<4).map { _ in policy.evict() } == [6, 7, 8, 9])
            policy.admit(9, hash: 99, cost: 10)
            #expect(policy.evict() == 9, "slot 0 came later than the others but is not in the small queue")
        }

        @Test func goesRoundTheMainQueueAsOftenAsASlotWasHit() {
            var policy = policy(slots: 3, hitTwice: [0, 1, 2])
            #expect(policy.evict() == 0, "all move to the main queue, the first leaves it")
            for _ in 0..<5 { policy.touch(1) }
            #expect(policy.evict() == 2)
            #expect(policy.evict() == 1)
        }

        @Test func countsBytesThroughEveryChange() {
            var policy = policy(hitTwice: [0])
            policy.updateCost(of: 0, to: 15)
            #expect((policy.bytes, policy.count) == (105, 10))
            #expect(policy.evict() == 1)
            policy.updateCost(of: 0, to: 25)
            policy.remove(2)
            #expect((policy.bytes, policy.count) == (95, 8))
            #expect(policy.cost(of: 0) == 25)
        }

        @Test func evictsEachAdmittedSlotOnceWhateverHappens() {
            var policy = S3FIFO(budget: 1000)
            policy.reserve(64)
            var random = SplitMix64(seed: 3)
            var costs: [Int: Int] = [:]
            for _ in 0..<100_000 {
                let slot = random.below(64)
                switch (random.below(5), costs[slot]) {
                case (0...1, nil):
                    costs[slot] = 1 + random.below(50)
                    policy.admit(slot, hash: UInt32(random.below(200)), cost: UInt32(costs[slot]!))
                case (0...1, _): policy.touch(slot)
                case (2, .some):
                    costs[slot] = 1 + random.below(50)
                    policy.updateCost(of: slot, to: UInt32(costs[slot]!))
                case (3, .some):
                    costs[slot] = nil
                    policy.remove(slot)
                default:
                    let evicted = policy.evict()
                    #expect((evicted == nil) == costs.isEmpty)
                    if let evicted { #expect(costs.removeValue(forKey: evicted) != nil) }
                }
                #expect(policy.bytes == costs.values.reduce(0, +) && policy.count == costs.count)
            }
        }
    }
}
