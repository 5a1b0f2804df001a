import Glibc

/// A program that was started and not waited for yet: of every child `wait` or `kill` is called, to its end.
struct RunningChild {
    let processID: pid_t

    /// Waits for its end. One that has closed its output ends at once, as a rule, so looking every few milliseconds is
    /// little work.
    func wait(by deadline: ContinuousClock.Instant, or bell: Bell) throws(ChildProcessError) {
        var status: Int32 = 0
        while unsafe waitpid(processID, &status, WNOHANG) == 0 {
            if ContinuousClock.now >= deadline { throw .timedOut }
            _ = try isReadable(-1, by: min(deadline, .now + .milliseconds(5)), or: bell)
        }
        // The macros of waitpid(2), which Swift does not see: a signal in the low seven bits, else a status above.
        let signal = status & 0x7F
        if signal != 0 { throw .killed(signal: signal) }
        if status != 0 { throw .failed(status: status >> 8 & 0xFF) }
    }

    /// Ends its process group, of which it is the first, and takes its status, so that no zombie stays.
    func kill() {
        _ = Glibc.kill(-processID, SIGKILL)
        var status: Int32 = 0
        while unsafe waitpid(processID, &status, 0) < 0, errno == EINTR {}
    }
}
