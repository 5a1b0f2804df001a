import Caching
import Foundation
import TestSupport
import Testing

extension CachingTests {
    @Suite struct MemoryTests {
        private static func fill(_ cache: JobCache, with numbers: Range<Int>, seed: UInt64) {
            var random = SplitMix64(seed: seed)
            for number in numbers {
                let key = JobKey(number)
                let body = JobBody(number, size: 200 + random.below(1300))
                cache.put(body, for: key, cost: key.cost + body.cost)
            }
        }

        @Test(.enabled(if: Allocator.isInUse, "not glibc's allocator"), arguments: [1, 8, 64])
        func accountsForWhatTheAllocatorGave(shards: Int) {
            var errors: [Double] = []
            for attempt in 0..<5 {
                let cache = JobCache(capacity: 1 << 30, shards: shards)
                let (allocated, counted) = (Allocator.bytesInUse, cache.counts.bytes)
                Self.fill(cache, with: 0..<20_000, seed: UInt64(attempt))
                let (given, accounted) = (Allocator.bytesInUse - allocated, cache.counts.bytes - counted)
                errors.append(abs(Double(accounted) / Double(given) - 1))
            }
            print("accounted against allocated, \(shards) shards: off by", errors)
            // Other allocations at the same time disturb an attempt, but a wrong constant is wrong in all.
            #expect(errors.min()! < 0.05)
        }

        @Test(.enabled(if: Allocator.isInUse, "not glibc's allocator"))
        func knowsWhatTheAllocatorTakesForAStringAnArrayAndAnInstance() {
            for size in [
                0, 1, 15, 16, 20, 23, 24, 31, 32, 47, 48, 60, 62, 63, 64, 65, 70, 71, 72, 100, 200, 1000, 5000,
            ] {
                let string = perUnit { String(decoding: [UInt8](repeating: 120, count: size), as: UTF8.self) }
                let array = perUnit { [UInt8](repeating: 1, count: size) }
                #expect(isClose(string, HeapSize.string(utf8Count: size)), "\(size): \(string)")
                #expect(isClose(array, HeapSize.array(ofBytes: size)), "\(size): \(array)")
            }
            let instance = perUnit { JobBody(1) }
            #expect(isClose(instance, HeapSize.block(32)), "\(instance)")
        }

        /// The bytes of one unit of many, the median of several attempts.
        private func perUnit<Unit>(_ make: () -> Unit) -> Double {
            let units = 10_000
            return (0..<5).map { _ in
                var made: [Unit] = []
                made.reserveCapacity(units)
                let before = Allocator.bytesInUse
                for _ in 0..<units { made.append(make()) }
                return withExtendedLifetime(made) { Double(Allocator.bytesInUse - before) / Double(units) }
            }.sorted()[2]
        }

        private func isClose(_ measured: Double, _ computed: Int) -> Bool {
            abs(measured - Double(computed)) <= max(1, 0.02 * Double(computed))
        }

        @Test(.longOnly, arguments: [64, 1024])
        func residentMemoryStaysNearTheCapacityWhenFilledThreeTimes(mebibytes: Int) async {
            let capacity = mebibytes << 20
            let before = ProcessStatus.residentBytes
            let cache = JobCache(capacity: capacity, shards: 64)
            let names = 3 * capacity / 1000
            await onThreads(4) { Self.fill(cache, with: $0 * names / 4..<($0 + 1) * names / 4, seed: UInt64($0)) }
            let grown = ProcessStatus.residentBytes - before
            print("\(mebibytes) MiB filled three times: resident", grown >> 20, "MiB,", cache.counts)
            #expect(cache.counts.evictions > cache.counts.entries)
            #expect(cache.counts.bytes <= capacity && cache.counts.bytes > capacity * 9 / 10)
            #expect(Double(grown) < 1.2 * Double(capacity))
        }
    }
}
