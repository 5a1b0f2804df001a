import Glibc

/// A thread for work that blocks.
enum DetachedThread {
    private final class Work: Sendable {
        let body: @Sendable () -> Void

        init(_ body: @escaping @Sendable () -> Void) {
            self.body = body
        }
    }

    /// Throws `notStarted` where the system has no thread left; the body is not run then.
    static func start(_ body: @escaping @Sendable () -> Void) throws(ChildProcessError) {
        // Released by `takeRetainedValue` on the thread, or below.
        let work = unsafe Unmanaged.passRetained(Work(body))
        var thread = pthread_t()
        let code = unsafe pthread_create(
            &thread, nil, { argument in unsafe DetachedThread.run(argument) }, work.toOpaque())
        guard code == 0 else {
            unsafe work.release()
            throw .notStarted(code: code)
        }
        pthread_detach(thread)
    }

    private static func run(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        guard let argument = unsafe argument else { preconditionFailure("the thread has nothing to do") }
        unsafe Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body()
        return nil
    }
}
