import Glibc

/// The thread that runs a ``TransferLoop``.
enum TransferThread {
    /// What the thread needs to begin; it makes its loop itself.
    private final class Start: Sendable {
        let options: CurlOptions
        let multi: MultiHandle
        let mailbox: Mailbox

        init(options: CurlOptions, multi: MultiHandle, mailbox: Mailbox) {
            self.options = options
            self.multi = multi
            self.mailbox = mailbox
        }
    }

    /// Starts the thread. It is detached: who wants to see its end waits at the mailbox.
    static func start(options: CurlOptions, multi: MultiHandle, mailbox: Mailbox) {
        let start = Start(options: options, multi: multi, mailbox: mailbox)
        // Released by `takeRetainedValue` in `body`.
        let argument = unsafe Unmanaged.passRetained(start).toOpaque()
        var thread = pthread_t()
        let code = unsafe pthread_create(&thread, nil, { argument in unsafe TransferThread.body(argument) }, argument)
        precondition(code == 0, "no thread could be had for transfers")
        pthread_detach(thread)
    }

    private static func body(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        guard let argument = unsafe argument else { preconditionFailure("the thread has nothing to begin with") }
        let start = unsafe Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
        blockBrokenPipes()
        TransferLoop(options: start.options, multi: start.multi, mailbox: start.mailbox).run()
        return nil
    }

    /// A write to a connection that the server has closed raises SIGPIPE in the thread that writes; the error it
    /// returns is enough. libcurl leaves that to its user once it may use no signals (CURLOPT_NOSIGNAL(3)).
    private static func blockBrokenPipes() {
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        unsafe sigaddset(&signals, SIGPIPE)
        unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
    }
}
