import Glibc

/// A program that was started and is not reaped yet. Its user calls `reap` at the end. Until then the system gives its number
/// to no other process, even after it has ended.
struct RunningChild: Sendable {
    let processID: pid_t

    /// How it ended; nil while it runs. Leaves the status to `reap`.
    var status: EndStatus? {
        var information = unsafe siginfo_t()
        let flags = WEXITED | WNOHANG | WNOWAIT
        guard unsafe waitid(P_PID, id_t(processID), &information, flags) == 0 else { return .unknown }
        let fields = unsafe information._sifields._sigchld
        if fields.si_pid == 0 { return nil }
        return unsafe information.si_code == CLD_EXITED ? .exit(fields.si_status) : .signal(fields.si_status)
    }

    /// Kills it and the process group that was made for it, which it may have left. Does not wait for the end, which may
    /// take as long as a system call that the program is in.
    func kill() {
        // Once it is reaped, both numbers may belong to another process.
        if status == .unknown { return }
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
}

/// How a program ended (waitid(2)).
enum EndStatus: Equatable {
    case exit(Int32)
    case signal(Int32)
    /// The system has no such child any more: it reaps by itself while SIGCHLD is ignored.
    case unknown

    func check() throws(ChildProcessError) {
        switch self {
        case .exit(0): return
        case .exit(let status): throw .failed(status: status)
        case .signal(let number): throw .killed(signal: number)
        case .unknown: throw .unknownEnd
        }
    }
}
