import Foundation
import Testing

/// One after another, because some of them measure the memory and the time that all share.
@Suite(.serialized) enum CachingTests {
    /// Tests of minutes and gigabytes run only on demand, in a release build.
    static let isLong = ProcessInfo.processInfo.environment["LONG_TESTS"] == "1"

    /// Runs `body` on threads of their own, all at once, and waits for them.
    static func onThreads(_ count: Int, _ body: @escaping @Sendable (_ thread: Int) -> Void) {
        let group = DispatchGroup()
        for number in 0..<count {
            group.enter()
            Thread {
                body(number)
                group.leave()
            }.start()
        }
        group.wait()
    }
}
