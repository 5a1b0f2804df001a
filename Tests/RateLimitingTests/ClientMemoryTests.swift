import Foundation
import RateLimiting
import Testing

@Suite struct ClientMemoryTests {
    private let start = ContinuousClock().now

    /// A line of /proc/self/status, in MiB.
    private static func status(_ name: String) -> Int {
        let lines = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8))?.split(separator: "\n")
        let line = lines?.first { $0.hasPrefix(name + ":") }
        return (line.flatMap { Int($0.filter(\.isNumber)) } ?? 0) / 1024
    }

    // A sanitizer maps terabytes and keeps several bytes for each that is touched.
    private static let isSanitized = status("VmSize") > 1 << 20

    @Test(.disabled(if: isSanitized, "skipped: a sanitizer's shadow would be measured"))
    func aMillionClientsTakeLessThan100MiBAndMoreTakeNothing() {
        let limiter = ClientLimiter(rate: Rate(100, per: .seconds(1)), burst: 200, epoch: start)
        let before = Self.status("VmRSS")
        for key in 0..<UInt64(1_000_000) { _ = limiter.admit(key, at: start) }
        let first = Self.status("VmRSS")
        for key in 1_000_000..<UInt64(1_500_000) { _ = limiter.admit(key, at: start) }
        let more = Self.status("VmRSS")
        print("1,000,000 clients: \(first - before) MiB; 500,000 more at once: \(more - first) MiB")
        #expect(before > 0 && first - before < 100)
        #expect(more - first < 20)
    }
}
