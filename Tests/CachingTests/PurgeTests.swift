import Caching
import Testing

extension CachingTests {
    @Suite struct PurgeTests {
        private let cache = JobCache(capacity: 1 << 20, shards: 1)
        private let key = JobKey(1)

        private func store(_ number: Int, for key: JobKey, cost: Int = 100, under ticket: Ticket) -> Bool {
            let stored = CacheEntry(
                JobBody(number), requestedAt: .start, freshUntil: .start, keepUntil: .after(.seconds(60)))
            return cache.store(stored, for: key, cost: cost, under: ticket)
        }

        @Test(arguments: [true, false]) func winsOverTheFlightUnderWay(purgesAll: Bool) {
            let ticket = cache.ticket(for: key)
            if purgesAll { cache.removeAll() } else { cache.remove(key) }
            #expect(!store(1, for: key, under: ticket))
            #expect(cache.value(for: key, at: .start) == nil)
        }

        @Test(arguments: [true, false]) func leavesTheNextFlightAlone(purgesAll: Bool) {
            let before = cache.ticket(for: key)
            if purgesAll { cache.removeAll() } else { cache.remove(key) }
            let after = cache.ticket(for: key)
            #expect(store(2, for: key, under: after))
            #expect(!store(1, for: key, under: before))
            #expect(cache.value(for: key, at: .start)?.value.number == 2)
        }

        @Test func ofOneKeyLeavesTheFlightsOfOthersAlone() {
            let ticket = cache.ticket(for: key)
            for number in 2..<100 { cache.remove(JobKey(number)) }
            #expect(store(1, for: key, under: ticket))
        }

        @Test func beforeTheFlightDoesNotMatter() {
            cache.remove(key)
            cache.removeAll()
            #expect(store(1, for: key, under: cache.ticket(for: key)))
        }

        @Test func isNotForgottenWhenAnotherTicketIsGivenBack() {
            let (first, second) = (cache.ticket(for: key), cache.ticket(for: key))
            cache.remove(key)
            cache.surrender(first, for: key)
            #expect(!store(1, for: key, under: second))
        }

        @Test func aTicketIsGoodForOneStoreAlone() {
            let ticket = cache.ticket(for: key)
            #expect(store(1, for: key, under: ticket))
            #expect(!store(2, for: key, under: ticket))
            #expect(cache.value(for: key, at: .start)?.value.number == 1)
        }

        @Test func whatIsTooLargeSpendsItsTicketToo() {
            let ticket = cache.ticket(for: key)
            #expect(!store(1, for: key, cost: 2 << 20, under: ticket))
            #expect(!store(1, for: key, under: ticket))
        }
    }
}
