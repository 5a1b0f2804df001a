import Foundation

/// Runs `work` on so many threads at once, more than there may be cores, and waits for all of them.
func onThreads(_ count: Int, _ work: @escaping @Sendable (Int) -> Void) async {
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
