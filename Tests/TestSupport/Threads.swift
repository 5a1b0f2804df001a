import Foundation

/// Runs the work on so many threads at once, more than there may be cores, and waits for all of them.
public func onThreads(_ count: Int, _ work: @escaping @Sendable (_ thread: Int) -> Void) async {
    await withTaskGroup(of: Void.self) { group in
        for number in 0..<count {
            group.addTask {
                await withCheckedContinuation { done in
                    Thread.detachNewThread {
                        work(number)
                        done.resume()
                    }
                }
            }
        }
    }
}

/// Gives way to other tasks until the condition holds.
/// - Returns: false if it does not hold within ten seconds.
@discardableResult public func eventually(_ holds: () -> Bool) async -> Bool {
    let deadline = ContinuousClock.now + .seconds(10)
    while !holds() {
        guard ContinuousClock.now < deadline else { return false }
        await Task.yield()
    }
    return true
}
