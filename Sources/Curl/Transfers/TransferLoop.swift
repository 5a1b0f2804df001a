import Glibc
import Threads

/// The transfer thread's work: takes submissions, has libcurl transfer them, and finishes them. It is made, run and freed on
/// that thread. Each submission is in exactly one place, `waiting` or `running`; the function that removes it finishes it.
final class TransferLoop {
    private let options: CurlOptions
    private let multi: MultiHandle
    private let queue: SubmissionQueue
    /// In order of arrival.
    private var waiting: [Submission] = []
    private var running: [EasyHandle.ID: Transfer] = [:]
    /// Handles to use again. Together with the running ones they are never more than `options.concurrency`.
    private var idle: [EasyHandle] = []

    init(options: CurlOptions, multi: MultiHandle, queue: SubmissionQueue) {
        self.options = options
        self.multi = multi
        self.queue = queue
    }

    /// Runs until the queue shuts down, then finishes the submissions that are left and frees the multi handle.
    func run() {
        var batch = queue.take()
        while !batch.isLast {
            step(batch)
            batch = queue.take()
        }
        waiting += batch.submissions
        endWaiting(.shutDown) { _ in true }
        endRunning(.shutDown) { _ in true }
        idle = []
        multi.free()
        queue.close()
    }

    private func step(_ batch: SubmissionQueueState.Batch) {
        waiting += batch.submissions
        if !batch.isEmpty { endCancelled() }
        startWaiting()
        multi.perform()
        finishEnded()
        if !canStart { multi.poll(atMost: pause) }
    }

    /// Also ends the submissions that were cancelled before they arrived.
    private func endCancelled() {
        endWaiting(.cancelled) { $0.cancellation.isRequested }
        endRunning(.cancelled) { $0.cancellation.isRequested }
    }

    private func startWaiting() {
        guard !waiting.isEmpty else { return }
        let now = ContinuousClock.now
        endWaiting(.timedOut(.queued)) { $0.deadline <= now }
        let free = options.concurrency - running.count
        for submission in waiting.prefix(free) { start(submission, at: now) }
        waiting.removeFirst(min(free, waiting.count))
    }

    private func start(_ submission: Submission, at now: ContinuousClock.Instant) {
        let easy = idle.popLast() ?? EasyHandle()
        do throws(CurlError) {
            let transfer = try Transfer(submission, on: easy, now: now, options: options)
            try multi.add(easy)
            running[easy.id] = transfer
        } catch {
            recycle(easy)
            submission.finish(.failure(error))
        }
    }

    private func finishEnded() {
        while let (id, code) = multi.nextEnded() {
            guard let transfer = running[id] else { preconditionFailure("libcurl ended a transfer that is not ours") }
            finish(transfer, transfer.result(code, bodyLimit: options.bodyLimit))
        }
    }

    /// Whether a transfer that ended just now has made room for a waiting submission. libcurl waits a millisecond at least.
    private var canStart: Bool { !waiting.isEmpty && running.count < options.concurrency }

    /// The longest wait for libcurl, which watches the deadlines of the running transfers. This one watches those of the
    /// waiting submissions.
    private var pause: Duration {
        waiting.map(\.deadline).min().map { $0 - .now } ?? .seconds(86_400)
    }

    private func endWaiting(_ error: CurlError, where isEnding: (Submission) -> Bool) {
        var kept: [Submission] = []
        for submission in waiting {
            if isEnding(submission) { submission.finish(.failure(error)) } else { kept.append(submission) }
        }
        waiting = kept
    }

    private func endRunning(_ error: CurlError, where isEnding: (Submission) -> Bool) {
        for transfer in running.values where isEnding(transfer.submission) { finish(transfer, .failure(error)) }
    }

    private func finish(_ transfer: Transfer, _ result: Result<CurlResponse, CurlError>) {
        running[transfer.easy.id] = nil
        multi.remove(transfer.easy)
        recycle(transfer.easy)
        transfer.submission.finish(result)
    }

    private func recycle(_ easy: EasyHandle) {
        easy.reset()
        idle.append(easy)
    }
}

extension TransferLoop {
    /// Starts the thread that runs a loop.
    /// - Throws: ``SystemCallError`` if the system has no thread left.
    static func start(options: CurlOptions, multi: MultiHandle, queue: SubmissionQueue) throws(SystemCallError) {
        try DetachedThread.start {
            blockBrokenPipes()
            TransferLoop(options: options, multi: multi, queue: queue).run()
        }
    }

    /// A write to a connection that the server has closed raises SIGPIPE in the thread that writes; the error that the
    /// write returns is enough. libcurl leaves the signal to the program if it may use no signals (CURLOPT_NOSIGNAL(3)).
    private static func blockBrokenPipes() {
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        unsafe sigaddset(&signals, SIGPIPE)
        unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
    }
}
