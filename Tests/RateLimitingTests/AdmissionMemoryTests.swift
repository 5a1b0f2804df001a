import TestSupport
import Testing

@testable import RateLimiting

@Suite struct AdmissionMemoryTests {
    // Only callers with waiting calls are remembered.
    @Test(.disabled(if: ProcessStatus.isSanitized, "skipped: a sanitizer's shadow would be measured"))
    func aMillionCallersLeaveNothingBehind() {
        let before = ProcessStatus.residentBytes
        var queue = FairQueue<Int>(limit: 1_000)
        for caller in UInt64(0)..<1_000_000 {
            if queue.accepts(caller) { _ = queue.append(0, id: caller, of: caller) } else { _ = queue.popFirst() }
        }
        let grown = (ProcessStatus.residentBytes - before) >> 20
        print("1,000,000 callers at a queue of 1,000: \(grown) MiB")
        #expect(queue.count <= 1_000)
        // A million callers would take over 100 MiB; the other tests of this process change the figure a little.
        #expect(grown < 60)
    }
}
