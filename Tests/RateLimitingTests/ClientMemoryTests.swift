import RateLimiting
import TestSupport
import Testing

@Suite struct ClientMemoryTests {
    private let start = ContinuousClock().now

    @Test(.disabled(if: ProcessStatus.isSanitized, "skipped: a sanitizer's shadow would be measured"))
    func aMillionClientsTakeLessThan100MiBAndMoreTakeNothing() {
        let limiter = ClientLimiter(ClientLimit(rate: Rate(100, per: .seconds(1)), burst: 200), epoch: start)
        let before = ProcessStatus.residentBytes
        for key in 0..<UInt64(1_000_000) { _ = limiter.admit(key, at: start) }
        let first = ProcessStatus.residentBytes
        for key in 1_000_000..<UInt64(1_500_000) { _ = limiter.admit(key, at: start) }
        let more = ProcessStatus.residentBytes
        print("1,000,000 clients: \((first - before) >> 20) MiB; 500,000 more at once: \((more - first) >> 20) MiB")
        #expect(before > 0 && first - before < 100 << 20)
        #expect(more - first < 20 << 20)
    }
}
