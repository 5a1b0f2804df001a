import Caching
import Synchronization
import TestSupport
import Testing

extension CachingTests {
    @Suite struct RaceTests {
        /// For each of eight threads: 10⁵ in all, or each in a long run.
        private let rounds = TestRun.isLong ? 100_000 : 12_800

        @Test func survivesEightThreadsThatDoEverythingAtOnce() async {
            let cache = JobCache(capacity: 64 << 10, shards: 2)
            let wrong = Counter()
            await onThreads(8) { [rounds] thread in
                var random = SplitMix64(seed: UInt64(thread))
                for _ in 0..<rounds {
                    let number = random.below(300)
                    let key = JobKey(number)
                    switch random.below(40) {
                    case 0: cache.remove(key)
                    case 1 where number == 0: cache.removeAll()
                    case 2..<12: cache.put(JobBody(number), for: key, cost: 100 + random.below(1000))
                    case 12: cache.release(cache.lease(for: key), for: key)
                    case 13: if cache.counts.bytes > 64 << 10 { wrong.add(1) }
                    default:
                        let found = cache.value(for: key, at: .after(.seconds(random.below(62))))?.value.number
                        if found != nil && found != number { wrong.add(1) }
                    }
                }
            }
            #expect(wrong.value == 0)
            cache.removeAll()
            #expect((cache.counts.entries, cache.counts.bytes) == (0, 0))
        }

        /// Looks into the cache after every purge: a value stored under an older lease must never be seen again.
        @Test func aPurgeWinsInEveryInterleaving() async {
            let cache = JobCache(capacity: 1 << 20, shards: 1)
            let epoch = Atomic(0)
            let wrong = Counter()
            await onThreads(8) { [rounds] thread in
                for round in 0..<rounds {
                    if thread == 0 {
                        epoch.add(1, ordering: .sequentiallyConsistent)
                        let now = epoch.load(ordering: .sequentiallyConsistent)
                        if round % 2 == 0 { cache.remove(JobKey(1)) } else { cache.removeAll() }
                        let found = cache.value(for: JobKey(1), at: .start)?.value.number
                        if let found, found < now { wrong.add(1) }
                    } else {
                        let lease = cache.lease(for: JobKey(1))
                        let origin = JobBody(epoch.load(ordering: .sequentiallyConsistent))
                        let stored = CacheEntry(
                            origin, requestedAt: .start, freshUntil: .start, keepUntil: .after(.seconds(60)))
                        cache.store(stored, for: JobKey(1), cost: 100, under: lease)
                    }
                }
            }
            #expect(wrong.value == 0)
        }

        /// As the gateway does: look up; on a miss join; the leader looks again, does the work, stores and finishes.
        @Test func worksOnceForEachKeyHoweverManyAsk() async {
            let cache = JobCache(capacity: 64 << 20, shards: 4)
            let flights = SingleFlight<JobKey, Int>(limit: 10_000)
            let (works, served) = (Counter(), Counter())
            await onThreads(8) { [rounds] thread in
                for round in 0..<rounds {
                    let key = JobKey(round / 8)
                    if cache.value(for: key, at: .start) != nil {
                        served.add(1)
                        continue
                    }
                    guard case .leads(let flight) = flights.join(key, as: thread) else { continue }
                    let lease = cache.lease(for: key)
                    if cache.value(for: key, at: .start) == nil {
                        works.add(1)
                        cache.put(JobBody(round), for: key)
                    }
                    cache.release(lease, for: key)
                    served.add(flights.finish(flight).count)
                }
            }
            #expect(works.value == rounds / 8)
            #expect(served.value == 8 * rounds)
            #expect((flights.count, flights.waiting) == (0, 0))
        }

        @Test func everyWaiterThatJoinsIsServedOnceAndTheOthersAreRefused() async {
            let flights = SingleFlight<JobKey, Int>(limit: 20)
            let (balance, refused) = (Counter(), Counter())
            await onThreads(8) { [rounds] thread in
                var random = SplitMix64(seed: UInt64(thread))
                var led: [SingleFlight<JobKey, Int>.Flight] = []
                for _ in 0..<rounds {
                    let key = JobKey(random.below(30))
                    switch random.below(8) {
                    case 0: flights.detach(key)
                    case 1, 2:
                        guard !led.isEmpty else { continue }
                        balance.add(-flights.finish(led.remove(at: random.below(led.count))).count)
                    default:
                        switch flights.join(key, as: thread) {
                        case .leads(let flight):
                            led.append(flight)
                            balance.add(1)
                        case .joined: balance.add(1)
                        case .full: refused.add(1)
                        }
                    }
                }
                for flight in led { balance.add(-flights.finish(flight).count) }
            }
            #expect((balance.value, flights.waiting, flights.count) == (0, 0, 0))
            #expect(refused.value > 0)
        }

        private final class Counter: Sendable {
            private let count = Atomic(0)
            var value: Int { count.load(ordering: .relaxed) }
            func add(_ amount: Int) { count.add(amount, ordering: .relaxed) }
        }
    }
}
