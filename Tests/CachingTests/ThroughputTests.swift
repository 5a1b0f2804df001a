import Caching
import Glibc
import TestSupport
import Testing

extension CachingTests {
    @Suite(.longOnly) struct ThroughputTests {
        private func filled(_ count: Int) -> JobCache {
            let cache = JobCache(capacity: 2 << 30, shards: 64)
            for number in 0..<count {
                let (key, body) = (JobKey(number), JobBody(number, size: 300))
                cache.put(body, for: key, cost: key.cost + body.cost)
            }
            return cache
        }

        /// Nanoseconds of processor time for each call with a key that was just made, as from a request.
        private func cost(of count: Int, _ call: (JobKey) -> Int) -> Double {
            let rounds = 1_000_000
            var sum = 0
            let attempts = (0..<5).map { attempt in
                var random = SplitMix64(seed: UInt64(attempt))
                let start = clock()
                for _ in 0..<rounds { sum &+= call(JobKey(random.below(count))) }
                return Double(clock() - start) * 1e9 / Double(CLOCKS_PER_SEC) / Double(rounds)
            }
            return withExtendedLifetime(sum) { attempts.min()! }
        }

        /// A hit among a million waits for memory four or five times; no table can avoid that. The bound is a tenth of a
        /// request, which takes ten microseconds of a processor.
        @Test func aHitAmongAMillionCostsLittleMoreThanAmongAThousand() {
            let costs = [1_000, 1_000_000].map { count in
                let cache = filled(count)
                let hit = cost(of: count) { cache.value(for: $0, at: .start)?.value.number ?? 0 }
                return hit - cost(of: count) { $0.hashValue }
            }
            print("a hit among 10^3: \(costs[0]) ns, among 10^6: \(costs[1]) ns")
            #expect(costs[1] - costs[0] < 1_000)
        }

        @Test func aScanOfAMillionNamesCostsTheHotSetLittle() {
            let zipf = Zipf(count: 200_000, skew: 0.9)
            func hitRatio(scanning: Bool) -> Double {
                let cache = JobCache(capacity: 16 << 20, shards: 16)
                var random = SplitMix64(seed: 5)
                var hits = 0
                func access(_ number: Int) -> Bool {
                    let key = JobKey(number)
                    if cache.value(for: key, at: .start) != nil { return true }
                    cache.put(JobBody(number), for: key, cost: 400)
                    return false
                }
                for _ in 0..<1_000_000 { _ = access(zipf.draw(&random)) }
                for request in 0..<4_000_000 {
                    if access(zipf.draw(&random)) { hits += 1 }
                    if scanning && request % 4 == 0 { _ = access(1_000_000 + request / 4) }
                }
                return Double(hits) / 4_000_000
            }
            let (plain, scanned) = (hitRatio(scanning: false), hitRatio(scanning: true))
            print("hit ratio \(plain), during a scan \(scanned)")
            #expect(scanned > 0.98 * plain)
        }
    }
}
