import Glibc
import Synchronization

/// The library's threads. The server's own thread interrupts their waits at every tick.
///
/// Without that a thread can wait while it has requests. `MHD_epoll` (daemon.c of 0.9.75 and 1.0.1) takes at most 128 events
/// from epoll_wait(2), and where it got 128 it asks for more with the same time-out as before, not with none. If exactly 128
/// connections, or a multiple, bring a request at the same moment, none of these is answered until another connection does
/// something. A signal ends the wait; the next one has no time-out, because connections are ready.
final class LibraryThreads: Sendable {
    /// Ignored by default (signal(7)). The kernel sends it for urgent data only to processes that ask for it (socket(7)).
    private static let interruption = SIGURG

    private let threads = Mutex<[pthread_t]>([])

    init() { Self.isHandled }

    /// Call it on a thread of the library when a connection begins there.
    func add() {
        let thread = pthread_self()
        let isNew = threads.withLock { threads in
            guard !threads.contains(thread) else { return false }
            threads.append(thread)
            return true
        }
        if isNew { unblock() }
    }

    /// Ends the waits of all threads. Do not call it once the library has begun to stop.
    func interrupt() {
        threads.withLock { for thread in $0 { pthread_kill(thread, Self.interruption) } }
    }

    /// A thread inherits the blocked signals of the one that starts it (pthread_create(3)).
    private func unblock() {
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        unsafe sigaddset(&signals, Self.interruption)
        unsafe pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    }

    /// Gives the signal a handler that does nothing. Other system calls are restarted; epoll_wait(2) never is (signal(7)).
    private static let isHandled: Void = {
        var action = sigaction()
        unsafe action.__sigaction_handler.sa_handler = { _ in }
        action.sa_flags = SA_RESTART
        unsafe sigaction(interruption, &action, nil)
    }()
}
