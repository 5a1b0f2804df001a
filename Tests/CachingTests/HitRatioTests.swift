import Caching
import Foundation
import TestSupport
import Testing

extension CachingTests {
    /// Why the policy is S3-FIFO: hit ratios of the Zipf(0.9) traffic alone, the scan's own misses are not counted.
    @Suite struct HitRatioTests {
        struct Scale: Sendable, CustomTestStringConvertible {
            let names: Int
            let capacity: Int
            var testDescription: String { "\(capacity) of \(names) names fit" }
        }

        struct Ratios {
            /// Without a scan.
            var plain = 0.0
            /// While every fifth request asks for a new name.
            var scanned = 0.0
            /// Right after a scan without other traffic: as many new names as there are names.
            var afterBurst = 0.0
            var costOfScan: Double { 1 - scanned / plain }
            var costOfBurst: Double { 1 - afterBurst / plain }
        }

        private static let scales =
            TestRun.isLong
            ? [0.01, 0.05, 0.1, 0.3].map { Scale(names: 1_000_000, capacity: Int($0 * 1_000_000)) }
            : [0.05, 0.1, 0.3].map { Scale(names: 20_000, capacity: Int($0 * 20_000)) }

        @Test(arguments: scales) func keepsTheHotSetThroughScansWhereLRUDoesNot(_ scale: Scale) {
            let lru = measure(LRUSimulation(capacity: scale.capacity), scale)
            let sieve = measure(SieveSimulation(capacity: scale.capacity), scale)
            let s3fifo = measure(S3FIFOSimulation(capacity: scale.capacity), scale)
            print("\(scale.testDescription)      plain  scan 20 %     (cost)  after burst  (cost)")
            for (name, ratios) in [("LRU", lru), ("SIEVE", sieve), ("S3-FIFO", s3fifo)] { print(row(name, ratios)) }
            #expect(s3fifo.plain > lru.plain && s3fifo.plain > sieve.plain - 0.005)
            #expect(s3fifo.costOfScan < 0.02)
            #expect(s3fifo.costOfBurst < 0.02)
            #expect(lru.costOfBurst > 0.2, "the burst is long enough to matter")
        }

        private func measure(_ fresh: some EvictionSimulation, _ scale: Scale) -> Ratios {
            let zipf = Zipf(count: scale.names, skew: 0.9)
            let requests = 4 * scale.names
            var random = SplitMix64(seed: 7)
            var warm = fresh
            _ = hitRatio(of: &warm, requests, zipf, &random)
            var (plain, scanned, burst) = (warm, warm, warm)
            var sameTraffic = random
            var ratios = Ratios()
            ratios.plain = hitRatio(of: &plain, requests, zipf, &random)
            ratios.scanned = hitRatio(of: &scanned, requests, zipf, &sameTraffic, scanFrom: scale.names)
            for name in scale.names..<2 * scale.names { _ = burst.access(name) }
            ratios.afterBurst = hitRatio(of: &burst, scale.capacity, zipf, &random)
            return ratios
        }

        private func hitRatio(
            of simulation: inout some EvictionSimulation, _ requests: Int, _ zipf: Zipf, _ random: inout SplitMix64,
            scanFrom firstCold: Int? = nil
        ) -> Double {
            var hits = 0
            for request in 0..<requests {
                if simulation.access(zipf.draw(&random)) { hits += 1 }
                if let firstCold, request % 4 == 0 { _ = simulation.access(firstCold + request / 4) }
            }
            return Double(hits) / Double(requests)
        }

        private func row(_ name: String, _ ratios: Ratios) -> String {
            let numbers = [ratios.plain, ratios.scanned, ratios.costOfScan, ratios.afterBurst, ratios.costOfBurst]
            return name.padding(toLength: 24, withPad: " ", startingAt: 0)
                + numbers.map { String(format: "%8.2f %%", 100 * $0) }.joined(separator: " ")
        }
    }
}
