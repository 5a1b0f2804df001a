import CThreads
import Glibc

/// A thread of its own for work that blocks, which the threads of tasks must not do. It is detached: no other thread
/// waits for its end with pthread_join(3), and the system frees it when the work returns.
public enum DetachedThread {
    private final class Work: Sendable {
        let body: @Sendable () -> Void

        init(_ body: @escaping @Sendable () -> Void) {
            self.body = body
        }
    }

    /// Starts a thread that runs the body. What the body captures is released when it has returned.
    /// - Throws: ``SystemCallError`` if the system has no thread left; the body is released and does not run.
    public static func start(_ body: @escaping @Sendable () -> Void) throws(SystemCallError) {
        // Released by `takeRetainedValue` in `run`, or below.
        let work = unsafe Unmanaged.passRetained(Work(body))
        var thread = pthread_t()
        let code = unsafe pthread_create(
            &thread, nil, { argument in unsafe DetachedThread.run(argument) }, work.toOpaque())
        guard code == 0 else {
            unsafe work.release()
            throw SystemCallError(code: code)
        }
        pthread_detach(thread)
    }

    /// Lets the calling thread wait for the processor until other threads of the machine have used theirs, instead of
    /// interrupting them when it wakes (sched(7), SCHED_BATCH). Its work then comes in larger portions while the machine is
    /// busy, and as soon as otherwise.
    public static func interruptNoOther() {
        var parameters = sched_param()
        // Without effect where the system does not allow it.
        unsafe sched_setscheduler(0, shim_sched_batch, &parameters)
    }

    private static func run(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        guard let argument = unsafe argument else { preconditionFailure("the thread has no work") }
        unsafe Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body()
        return nil
    }
}

/// The number of the error that a system call returned (errno(3)).
public struct SystemCallError: Error, Equatable {
    public let code: Int32

    public init(code: Int32) {
        self.code = code
    }
}

extension SystemCallError: CustomStringConvertible {
    /// The system's own words (strerror(3)).
    public var description: String { unsafe String(cString: strerror(code)) }
}
