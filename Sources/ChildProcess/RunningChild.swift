import Glibc
import Threads

/// A program that was started and is not reaped yet. Its user calls `reap` at the end. Until then the system gives its number
/// to no other process, even after it has ended.
struct RunningChild: Sendable {
    let processID: pid_t

    /// Waits for its end, and leaves its status to `reap`. A program that has closed its output usually ends at once, so
    /// a check every few milliseconds costs little.
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

    /// Kills it and the process group that was made for it, which it may have left. Does not wait for the end, which may
    /// take as long as a system call that the program is in.
    func kill() {
        // Once it is reaped, both numbers may belong to another process.
        if case .unknown = state { return }
        _ = Glibc.kill(-processID, SIGKILL)
        _ = Glibc.kill(processID, SIGKILL)
    }

    /// Takes its status as soon as there is one, so that no zombie stays. `withGroup` also reaps the processes of its
    /// group, which this process inherits where it is the first of its PID namespace. Blocks until all have ended.
    func reap(withGroup: Bool) {
        // The group first: it keeps its number even when the program has ended and is reaped as a member.
        if withGroup { while waitForOne(of: -processID) {} }
        _ = waitForOne(of: processID)
    }

    /// False if there is no such process.
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
        /// The system has no such child any more: it reaps by itself while SIGCHLD is ignored.
        case unknown
    }
}

/// How a program ended (waitid(2)).
private struct EndStatus {
    /// False if a signal ended it.
    let isExit: Bool
    /// The status, or the number of the signal.
    let number: Int32

    func check() throws(ChildProcessError) {
        if !isExit { throw .killed(signal: number) }
        if number != 0 { throw .failed(status: number) }
    }
}
