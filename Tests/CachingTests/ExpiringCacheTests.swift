import Caching
import Synchronization
import Testing

extension CachingTests {
    @Suite struct ExpiringCacheTests {
        private let cache = JobCache(capacity: 1 << 20, shards: 4)
        private let key = JobKey("visit-2024-000000001")

        @Test func givesBackWhatWasStoredWithItsTimes() throws {
            let body = JobBody(7)
            cache.put(body, for: key)
            let stored = try #require(cache.value(for: key, at: .after(.seconds(1))))
            #expect(stored.value === body)
            #expect(stored.requestedAt == .start)
            #expect(stored.freshUntil == .after(.seconds(5)))
            #expect(stored.keepUntil == .after(.seconds(60)))
        }

        @Test(arguments: [(1 << 20, 16), (64 << 20, 16), (1 << 30, 128), (3 << 30, 512), (1 << 36, 1024)])
        func aLargeCacheHasMoreShardsAndNotLargerOnes(capacity: Int, shards: Int) {
            #expect(JobCache.shards(for: capacity) == shards)
        }

        @Test func keepsTimesToTheNanosecond() throws {
            let times = [1, 2, 3].map { ContinuousClock.Instant.after(.nanoseconds($0)) }
            let stored = CacheEntry(JobBody(1), requestedAt: times[0], freshUntil: times[1], keepUntil: times[2])
            cache.store(stored, for: key, cost: 100, under: cache.lease(for: key))
            let found = try #require(cache.value(for: key, at: .start))
            #expect([found.requestedAt, found.freshUntil, found.keepUntil].map(\.instant) == times)
        }

        @Test func givesAValueOtherTimes() throws {
            let body = JobBody(7)
            cache.put(body, for: key)
            let held = cache.counts
            let times = [10, 20, 90].map { Moment.after(.seconds($0)) }
            let renewed = cache.renew(key, at: .start) {
                $0.renewed(requestedAt: times[0], freshUntil: times[1], keepUntil: times[2])
            }
            let stored = try #require(cache.value(for: key, at: .after(.seconds(90))))
            #expect(stored.value === body && renewed?.value === body)
            #expect([stored.requestedAt, stored.freshUntil, stored.keepUntil] == times)
            #expect(cache.counts.bytes == held.bytes && cache.counts.entries == 1)
            #expect(cache.renew(key, at: .start) { _ in nil } == nil)
            #expect(try #require(cache.value(for: key, at: .start)).requestedAt == times[0])
        }

        @Test func renewsNothingThatWasPurged() {
            cache.put(JobBody(7), for: key)
            cache.remove(key)
            #expect(cache.renew(key, at: .start) { $0 } == nil)
            #expect(cache.renew(JobKey("another"), at: .start) { $0 } == nil)
        }

        @Test func renewsNothingThatIsPastItsTime() {
            cache.put(JobBody(1), for: key)
            #expect(cache.renew(key, at: .after(.seconds(60) + .nanoseconds(1))) { $0 } == nil)
            #expect(cache.renew(key, at: .after(.seconds(60))) { $0 } != nil)
        }

        @Test func givesAStaleValueUntilItIsPastItsTime() {
            cache.put(JobBody(1), for: key)
            #expect(cache.value(for: key, at: .after(.seconds(60))) != nil)
            #expect(cache.value(for: key, at: .after(.seconds(60) + .nanoseconds(1))) == nil)
        }

        @Test func dropsAnExpiredEntryWhenItIsLookedUp() {
            cache.put(JobBody(1), for: key, cost: 500)
            let held = cache.counts.bytes
            #expect(cache.value(for: key, at: .after(.seconds(61))) == nil)
            #expect(cache.value(for: key, at: .start) == nil)
            #expect(cache.counts.bytes == held - 500)
            #expect((cache.counts.entries, cache.counts.expirations, cache.counts.evictions) == (0, 1, 0))
        }

        /// More entries than a sweep looks at in one step, of which every third stays.
        @Test(arguments: [1, 4]) func aSweepRemovesWhatIsPastItsTime(shards: Int) {
            let cache = JobCache(capacity: 8 << 20, shards: shards)
            for number in 0..<3_000 {
                cache.put(JobBody(number), for: JobKey(number), at: .after(.seconds(number % 3 == 0 ? 1 : 0)))
            }
            let held = cache.counts.bytes
            for shard in 0..<cache.shardCount { cache.removeExpired(at: .after(.seconds(60)), fromShard: shard) }
            #expect(cache.counts.entries == 3_000)
            let end = Moment.after(.seconds(60) + .nanoseconds(1))
            for shard in 0..<cache.shardCount { cache.removeExpired(at: end, fromShard: shard) }
            #expect((cache.counts.entries, cache.counts.expirations, cache.counts.evictions) == (1_000, 2_000, 0))
            #expect(cache.counts.bytes == held - 2_000 * 100)
            for number in 0..<3_000 { #expect((cache.value(for: JobKey(number), at: end) != nil) == (number % 3 == 0)) }
            // Their slots can be used again.
            for number in 3_000..<5_000 { cache.put(JobBody(number), for: JobKey(number)) }
            #expect((cache.counts.entries, cache.counts.bytes) == (3_000, held))
        }

        /// A value may grow while room is made for it: then it is stored with the cost that it has by then.
        @Test func accountsForAValueThatGrowsWhileItIsStored() throws {
            final class Value: Sendable {
                let whenFreed: @Sendable () -> Void
                init(whenFreed: @escaping @Sendable () -> Void) { self.whenFreed = whenFreed }
                deinit { whenFreed() }
            }
            let cache = ExpiringCache<JobKey, Value>(capacity: 16 << 10, shards: 1)
            let cost = Mutex(1_000)
            cache.put(Value { cost.withLock { $0 = 3_000 } }, for: JobKey(1), cost: 14_000)
            let others = cache.counts.bytes - 14_000
            let stored = cache.put(Value {}, for: JobKey(2), cost: cost.withLock(\.self))
            #expect(stored && cache.counts.evictions == 1)
            #expect(cache.counts.bytes == others + 3_000)
        }

        @Test func makesRoomForAValueThatHasGrown() {
            let cache = JobCache(capacity: 16 << 10, shards: 1)
            for number in 0..<5 { cache.put(JobBody(number), for: JobKey(number), cost: 2_000) }
            let tables = cache.counts.bytes - 10_000
            cache.updateCost(of: JobKey(4)) { _ in nil }
            cache.updateCost(of: JobKey(5)) { _ in 9_000 }
            #expect(cache.counts.bytes == tables + 10_000)
            cache.updateCost(of: JobKey(4)) { $0.number == 4 ? 10_000 : nil }
            let kept = (0..<5).filter { cache.value(for: JobKey($0), at: .start) != nil }
            #expect(kept == [2, 3, 4] && cache.counts.evictions == 2)
            #expect(cache.counts.bytes == tables + 14_000)
        }

        @Test func replacesTheValueOfAKey() {
            cache.put(JobBody(1), for: key, cost: 100)
            let held = cache.counts.bytes
            cache.put(JobBody(2), for: key, cost: 150)
            #expect(cache.value(for: key, at: .start)?.value.number == 2)
            #expect((cache.counts.entries, cache.counts.bytes) == (1, held + 50))
        }

        @Test func removesOneKeyAndSaysWhetherItWasThere() {
            cache.put(JobBody(1), for: key)
            cache.put(JobBody(2), for: JobKey(2))
            #expect(cache.remove(key))
            #expect(!cache.remove(key))
            #expect(cache.value(for: key, at: .start) == nil)
            #expect(cache.value(for: JobKey(2), at: .start) != nil)
        }

        @Test func removesAll() {
            for number in 0..<100 { cache.put(JobBody(number), for: JobKey(number)) }
            cache.removeAll()
            #expect((cache.counts.entries, cache.counts.bytes) == (0, 0))
            #expect((0..<100).allSatisfy { cache.value(for: JobKey($0), at: .start) == nil })
            #expect(cache.put(JobBody(1), for: key))
        }

        @Test func staysWithinItsCapacityAndSaysWhatItEvicted() {
            for number in 0..<20_000 {
                #expect(cache.put(JobBody(number), for: JobKey(number), cost: 300))
                #expect(cache.value(for: JobKey(number), at: .start)?.value.number == number)
                #expect(cache.counts.bytes <= 1 << 20)
            }
            #expect(cache.counts.bytes > 9 << 20 / 10)
            #expect(cache.counts.entries + cache.counts.evictions == 20_000)
        }

        @Test func evictsAsManyAsAnEntryThatGrowsNeeds() {
            let cache = JobCache(capacity: 1 << 16, shards: 1)
            var count = 0
            while cache.counts.evictions == 0 {
                cache.put(JobBody(count), for: JobKey(count), cost: 300)
                count += 1
            }
            let newest = JobKey(count - 1)
            let held = cache.counts
            cache.updateCost(of: newest) { $0.number == count - 1 ? 3_300 : nil }
            let free = (1 << 16) - held.bytes
            let evictions = (3_000 - free + 299) / 300
            #expect(evictions > 5 && cache.counts.evictions == held.evictions + evictions)
            #expect(cache.counts.bytes == held.bytes + 3_000 - 300 * evictions)
            #expect(cache.counts.bytes <= 1 << 16)
            #expect(cache.value(for: newest, at: .start) != nil)
        }

        @Test func evictsManySmallEntriesForALargeOne() {
            for number in 0..<20_000 { cache.put(JobBody(number), for: JobKey(number), cost: 300) }
            #expect(cache.put(JobBody(1), for: key, cost: 150_000))
            #expect(cache.value(for: key, at: .start) != nil)
            #expect(cache.counts.bytes <= 1 << 20)
        }

        @Test(arguments: [1 << 18, 1 << 20, 1 << 40]) func doesNotKeepWhatIsLargerThanAShardsShare(cost: Int) {
            cache.put(JobBody(1), for: key)
            cache.put(JobBody(2), for: JobKey(2))
            #expect(!cache.put(JobBody(3), for: key, cost: cost))
            #expect(cache.value(for: key, at: .start) == nil, "the old value is out of date")
            #expect(cache.value(for: JobKey(2), at: .start) != nil)
        }

        @Test func keepsNothingInACapacityBelowItsOwnTables() {
            let tiny = JobCache(capacity: 64, shards: 1)
            #expect(!tiny.put(JobBody(1), for: key, cost: 1))
            #expect((tiny.counts.entries, tiny.counts.bytes) == (0, 0))
        }

        /// A value that looks into the cache when it is freed: under the lock that would be a deadlock.
        private final class Prying: Sendable {
            let cache: ExpiringCache<JobKey, Prying>

            init(_ cache: ExpiringCache<JobKey, Prying>) {
                self.cache = cache
            }

            deinit { _ = cache.value(for: JobKey(1), at: .start) }
        }

        @Test func freesValuesOutsideTheLock() {
            let cache = ExpiringCache<JobKey, Prying>(capacity: 1 << 14, shards: 1)
            for number in 0..<200 { cache.put(Prying(cache), for: JobKey(number), cost: 300) }
            #expect(cache.counts.evictions > 100)
            cache.put(Prying(cache), for: JobKey(199))
            #expect(cache.value(for: JobKey(199), at: .after(.seconds(61))) == nil)
            cache.put(Prying(cache), for: JobKey(199))
            #expect(!cache.put(Prying(cache), for: JobKey(199), cost: 1 << 14))
            cache.put(Prying(cache), for: JobKey(199))
            cache.remove(JobKey(199))
            cache.removeAll()
        }
    }
}
