import Caching
import TestSupport
import Testing

extension CachingTests {
    /// Random operations on the cache and on a simple model of it.
    @Suite struct CacheModelTests {
        private struct Reference {
            struct Entry {
                let number: Int
                let keepUntil: ContinuousClock.Instant
            }

            struct Flight {
                let key: JobKey
                let lease: Lease
                var isVoid = false
            }

            var entries: [JobKey: Entry] = [:]
            var flights: [Flight] = []

            mutating func value(for key: JobKey, at now: ContinuousClock.Instant) -> Int? {
                guard let entry = entries[key] else { return nil }
                if now <= entry.keepUntil { return entry.number }
                entries[key] = nil
                return nil
            }

            mutating func purge(_ key: JobKey?) {
                if let key { entries[key] = nil } else { entries = [:] }
                for index in flights.indices where key == nil || flights[index].key == key {
                    flights[index].isVoid = true
                }
            }
        }

        /// With room for all entries the two agree in everything; with little room the cache may only have lost entries.
        @Test(arguments: [(64 << 20, 4), (256 << 10, 4), (64 << 10, 1)], [UInt64(1), 2])
        func agreesWithASimpleReference(size: (capacity: Int, shards: Int), seed: UInt64) {
            let cache = JobCache(capacity: size.capacity, shards: size.shards)
            let isRoomy = size.capacity >= 64 << 20
            var reference = Reference()
            var random = SplitMix64(seed: seed)
            var now = ContinuousClock.Instant.start
            for round in 0..<100_000 {
                now = now.advanced(by: .milliseconds(random.below(50)))
                let key = JobKey(min(random.below(500), random.below(500)))
                switch random.below(100) {
                case 0..<60:
                    let expected = reference.value(for: key, at: now)
                    let found = cache.value(for: key, at: Moment(now))?.value.number
                    #expect(found == expected || (!isRoomy && found == nil))
                case 60..<80:
                    reference.flights.append(.init(key: key, lease: cache.lease(for: key)))
                case 80..<96 where !reference.flights.isEmpty:
                    let flight = reference.flights.remove(at: random.below(reference.flights.count))
                    finish(flight, round, now, cache, &reference, &random)
                case 96:
                    let removed = cache.remove(key)
                    #expect(removed == (reference.entries[key] != nil) || (!isRoomy && !removed))
                    reference.purge(key)
                case 97 where random.below(50) == 0:
                    cache.removeAll()
                    reference.purge(nil)
                case 98 where random.below(50) == 0:
                    for shard in 0..<cache.shardCount { cache.removeExpired(at: Moment(now), fromShard: shard) }
                    reference.entries = reference.entries.filter { now <= $0.value.keepUntil }
                default: continue
                }
                let counts = cache.counts
                #expect(counts.bytes <= size.capacity)
                #expect(
                    counts.entries == reference.entries.count || (!isRoomy && counts.entries < reference.entries.count))
            }
            #expect((cache.counts.evictions == 0) == isRoomy)
        }

        private func finish(
            _ flight: Reference.Flight, _ number: Int, _ now: ContinuousClock.Instant, _ cache: JobCache,
            _ reference: inout Reference, _ random: inout SplitMix64
        ) {
            if random.below(10) == 0 {
                #expect(cache.release(flight.lease, for: flight.key) == !flight.isVoid)
                return
            }
            let isTooLarge = random.below(50) == 0
            let keepUntil = now.advanced(by: .milliseconds(random.below(60_000)))
            let stored = CacheEntry(JobBody(number), requestedAt: now, freshUntil: now, keepUntil: keepUntil)
            let cost = isTooLarge ? 17 << 20 : 50 + random.below(2000)
            let isKept = cache.store(stored, for: flight.key, cost: cost, under: flight.lease)
            #expect(isKept == (!flight.isVoid && !isTooLarge))
            if flight.isVoid { return }
            reference.entries[flight.key] = isTooLarge ? nil : .init(number: number, keepUntil: keepUntil)
        }
    }
}
