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
/// - Returns: false if it does not hold within ten seconds, and after a thousand looks: a machine with much else to do lets
///   few tasks proceed in ten seconds.
@discardableResult public func eventually(_ holds: () -> Bool) async -> Bool {
    let deadline = ContinuousClock.now + .seconds(10)
    var looks = 0
    while !holds() {
        guard ContinuousClock.now < deadline || looks < 1_000 else { return false }
        looks += 1
        await Task.yield()
    }
    return true
}
