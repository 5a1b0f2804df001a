import Testing

@testable import Caching

extension CachingTests {
    @Suite struct EntryTableTests {
        private typealias Table = EntryTable<JobKey, JobBody>

        private func entry(_ number: Int) -> CacheEntry<JobBody> {
            CacheEntry(JobBody(number), requestedAt: .start, freshUntil: .start, keepUntil: .after(.seconds(60)))
        }

        /// Stores an entry of that number. Returns the numbers evicted for it, or nil if it was not kept.
        private func store(_ number: Int, cost: Int, in table: inout Table) -> [Int]? {
            let (key, lease) = (JobKey(number), table.leases.issue(for: JobKey(number)))
            var evicted: [Int] = []
            while true {
                switch table.stepToStore(entry(number), for: key, hash: UInt32(number), cost: cost, under: lease) {
                case .evicted(let entry): evicted.append(entry.stored?.value.number ?? -1)
                case .stored: return evicted
                case .refused: return nil
                }
            }
        }

        private func hit(_ number: Int, in table: inout Table, at now: Moment = .start) -> Int? {
            let found = table.lookUp(JobKey(number), hash: UInt32(number), at: now)
            return if case .hit(let stored) = found { stored.value.number } else { nil }
        }

        @Test func aLookUpAfterItsTimeReturnsTheEntryOnce() {
            var table = Table(budget: 10_000)
            #expect(store(1, cost: 100, in: &table) == [])
            #expect(hit(1, in: &table, at: .after(.seconds(60))) == 1)
            guard case .expired(let entry) = table.lookUp(JobKey(1), hash: 1, at: .after(.seconds(61))) else {
                Issue.record("the entry has not expired")
                return
            }
            #expect(entry.stored?.value.number == 1 && table.count == 0 && table.expirations == 1)
            guard case .missing = table.lookUp(JobKey(1), hash: 1, at: .start) else {
                Issue.record("the entry is still in the table")
                return
            }
        }

        @Test func eachStepOfStoringEvictsOneEntryAndTheBudgetHolds() {
            var table = Table(budget: 10_000)
            for number in 0..<8 { #expect(store(number, cost: 1_000, in: &table) == []) }
            let free = table.budget - table.bytes
            #expect(free > 0 && free < 2_000)
            #expect(store(8, cost: free + 1_500, in: &table) == [0, 1])
            #expect(table.count == 7 && table.evictions == 2 && table.bytes <= table.budget)
            #expect((hit(0, in: &table), hit(2, in: &table), hit(8, in: &table)) == (nil, 2, 8))
        }

        @Test func replacingGivesTheOldCostBackAndEvictsNothing() {
            var table = Table(budget: 10_000)
            for number in 0..<8 { #expect(store(number, cost: 1_000, in: &table) == []) }
            let free = table.budget - table.bytes
            // To the last byte of the budget.
            #expect(store(3, cost: 1_000 + free, in: &table) == [])
            #expect((table.count, table.bytes, table.evictions) == (8, table.budget, 0))
            for cost in [1_000, 10, 1_000 + free] { #expect(store(3, cost: cost, in: &table) == []) }
            #expect((table.count, table.bytes, table.evictions) == (8, table.budget, 0))
            #expect(store(3, cost: 1_000 + free + 1, in: &table) == [0])
        }

        @Test func anEntryLargerThanTheBudgetIsRefusedAndRemovesTheOldOne() {
            var table = Table(budget: 10_000)
            #expect(store(1, cost: 100, in: &table) == [])
            #expect(store(1, cost: 10_000, in: &table) == nil)
            #expect(table.count == 0 && hit(1, in: &table) == nil)
        }

        @Test func keysOfOneHashAreToldApart() {
            var table = Table(budget: 10_000)
            let keys = (0..<5).map { JobKey($0) }
            for (number, key) in keys.enumerated() {
                table.insert(.init(key: key, stored: entry(number)), hash: 7, cost: 100)
            }
            _ = table.remove(keys[1], hash: 7)
            let found = keys.map { table.slot(of: $0, hash: 7).flatMap { table.entries[$0].stored?.value.number } }
            #expect(found == [0, nil, 2, 3, 4])
        }

        @Test func aPurgeOfAllReturnsTheOldEntriesAndKeepsNoTable() {
            var table = Table(budget: 10_000)
            for number in 0..<4 { _ = store(number, cost: 100, in: &table) }
            let old = table.purgeAll()
            #expect(old.count == 4 && table.count == 0 && table.bytes == 0)
        }
    }
}
