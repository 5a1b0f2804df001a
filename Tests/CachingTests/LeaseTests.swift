import Caching
import Testing

extension CachingTests {
    @Suite struct LeaseTests {
        private let cache = JobCache(capacity: 1 << 20, shards: 1)
        private let key = JobKey(1)

        private func store(_ number: Int, for key: JobKey, cost: Int = 100, under lease: Lease) -> Bool {
            let stored = CacheEntry(
                JobBody(number), requestedAt: .start, freshUntil: .start, keepUntil: .after(.seconds(60)))
            return cache.store(stored, for: key, cost: cost, under: lease)
        }

        @Test(arguments: [true, false]) func aPurgeWinsOverTheFetchInFlight(purgesAll: Bool) {
            let lease = cache.lease(for: key)
            if purgesAll { cache.removeAll() } else { cache.remove(key) }
            #expect(!store(1, for: key, under: lease))
            #expect(cache.value(for: key, at: .start) == nil)
        }

        @Test(arguments: [true, false]) func aPurgeLeavesTheNextFetchAlone(purgesAll: Bool) {
            let before = cache.lease(for: key)
            if purgesAll { cache.removeAll() } else { cache.remove(key) }
            let after = cache.lease(for: key)
            #expect(store(2, for: key, under: after))
            #expect(!store(1, for: key, under: before))
            #expect(cache.value(for: key, at: .start)?.value.number == 2)
        }

        @Test func aPurgeOfOneKeyLeavesTheFetchesOfOthersAlone() {
            let lease = cache.lease(for: key)
            for number in 2..<100 { cache.remove(JobKey(number)) }
            #expect(store(1, for: key, under: lease))
        }

        @Test func aPurgeBeforeTheLeaseDoesNotMatter() {
            cache.remove(key)
            cache.removeAll()
            #expect(store(1, for: key, under: cache.lease(for: key)))
        }

        @Test func aPurgeIsNotForgottenWhenAnotherLeaseIsReleased() {
            let (first, second) = (cache.lease(for: key), cache.lease(for: key))
            cache.remove(key)
            cache.release(first, for: key)
            #expect(!store(1, for: key, under: second))
        }

        @Test func aReleaseTellsWhetherThereWasAPurge() {
            let (first, second) = (cache.lease(for: key), cache.lease(for: key))
            #expect(cache.release(first, for: key))
            cache.remove(key)
            #expect(!cache.release(second, for: key))
            #expect(cache.release(cache.lease(for: key), for: key))
        }

        @Test func aLeaseIsGoodForOneStoreAlone() {
            let lease = cache.lease(for: key)
            #expect(store(1, for: key, under: lease))
            #expect(!store(2, for: key, under: lease))
            #expect(cache.value(for: key, at: .start)?.value.number == 1)
        }

        @Test func aValueThatIsTooLargeUsesItsLeaseToo() {
            let lease = cache.lease(for: key)
            #expect(!store(1, for: key, cost: 2 << 20, under: lease))
            #expect(!store(1, for: key, under: lease))
        }
    }
}
