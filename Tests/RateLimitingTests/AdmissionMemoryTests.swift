import Foundation
import Testing

@testable import RateLimiting

@Suite struct AdmissionMemoryTests {
    /// A line of /proc/self/status, in MiB.
    private static func status(_ name: String) -> Int {
        let lines = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8))?.split(separator: "\n")
        let line = lines?.first { $0.hasPrefix(name + ":") }
        return (line.flatMap { Int($0.filter(\.isNumber)) } ?? 0) / 1024
    }

    // However many callers there are, only those that wait are remembered.
    @Test func aMillionCallersLeaveNothingBehind() {
        let before = Self.status("VmRSS")
        var queue = FairQueue<Int>(limit: 1_000)
        for caller in UInt64(0)..<1_000_000 {
            if queue.accepts(caller) { _ = queue.append(0, ticket: caller, of: caller) } else { _ = queue.popFirst() }
        }
        let grown = Self.status("VmRSS") - before
        print("1,000,000 callers at a queue of 1,000: \(grown) MiB")
        #expect(queue.count <= 1_000)
        #expect(grown < 20)
    }
}
