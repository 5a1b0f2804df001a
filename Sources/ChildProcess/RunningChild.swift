import Glibc
import Threads

/// A program that was started and not waited for yet: of every child `reap` is called, at the end. Until then its number
/// is nobody else's, even when it has ended.
struct RunningChild: Sendable {
    let processID: pid_t

    /// Waits for its end, and leaves its status to `reap`. One that has closed its output ends at once, as a rule, so
    /// looking every few milliseconds is little work.
    func wait(by deadline: ContinuousClock.Instant, or cancellation: WakeUp) throws(ChildProcessError) {
        while true {
            switch state {
            case .ended(let status): return try status.check()
            case .unknown: throw .unknownEnd
            case .running: break
            }
            if ContinuousClock.now >= deadline { throw .timedOut }
            let next = min(deadline, .now + .milliseconds(5))
            if cancellation.wait(forInputFrom: nil, until: next) == .signal { throw .cancelled }
        }
    }

    /// Ends it, and the process group that it was made the first of; it may have left that. Does not wait for the end,
    /// which takes as long as the system holds it in a call.
    func kill() {
        // Once it is reaped, both numbers may be another's.
        if case .unknown = state { return }
        _ = Glibc.kill(-processID, SIGKILL)
        _ = Glibc.kill(processID, SIGKILL)
    }

    /// Takes its status as soon as there is one, so that no zombie stays. `withGroup` also takes those of its process
    /// group, which are this process's to reap where it is the first of its PID namespace. Blocks until all have ended.
    func reap(withGroup: Bool) {
        // The group first: it keeps the number even when the program, if it is still in it, is gone.
        if withGroup { while waitForOne(of: -processID) {} }
        _ = waitForOne(of: processID)
    }

    /// False where there is none such.
    private func waitForOne(of processes: pid_t) -> Bool {
        var status: Int32 = 0
        var result: pid_t = 0
        repeat { result = unsafe waitpid(processes, &status, 0) } while result < 0 && errno == EINTR
        return result > 0
    }

    private var state: State {
        var information = unsafe siginfo_t()
        let flags = WEXITED | WNOHANG | WNOWAIT
        guard unsafe waitid(P_PID, id_t(processID), &information, flags) == 0 else { return .unknown }
        let fields = unsafe information._sifields._sigchld
        if fields.si_pid == 0 { return .running }
        return .ended(unsafe EndStatus(isExit: information.si_code == CLD_EXITED, number: fields.si_status))
    }

    private enum State {
        case running
        case ended(EndStatus)
        /// The system has no such child any more: it reaps by itself where SIGCHLD is ignored.
        case unknown
    }
}

/// How a program ended (waitid(2)).
private struct EndStatus {
    /// Or else by a signal.
    let isExit: Bool
    /// The status, or the signal's.
    let number: Int32

    func check() throws(ChildProcessError) {
        if !isExit { throw .killed(signal: number) }
        if number != 0 { throw .failed(status: number) }
    }
}
