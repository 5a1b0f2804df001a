import Dispatch
public import Formats
public import Logging
import Synchronization
import SystemPackage

/// Writes log lines to standard output or standard error.
///
/// **Callers never wait.** A line is formatted into a bounded buffer under a short lock. A serial dispatch queue of this
/// object writes the lines with one system call, `delay` after the first of them arrived. It has a thread only while there is
/// something to write, so a slow reader never blocks the threads of the task pool.
///
/// **A reader that stops** lets the buffer fill up. Further lines are dropped and counted, and when the reader goes on, a line
/// says how many were dropped. A descriptor that fails (`EPIPE`, `ENOSPC`) costs at most one failing system call for each
/// `delay`, and only while lines arrive.
///
/// The process must ignore `SIGPIPE`. A library must not change that for the process.
public final class LogWriter: Sendable {
    private let descriptor: FileDescriptor
    private let format: LogFormat
    private let delay: Duration
    private let clock: @Sendable () -> Timestamp
    private let pending: Mutex<PendingLines>
    private let queue = DispatchQueue(label: "log-writer")

    /// - Parameters:
    ///   - descriptor: the POSIX file descriptor to write to. The caller owns it and keeps it open.
    ///   - capacity: how many bytes may wait. As many again may be in the batch that is being written.
    ///   - delay: how long the first line of a batch waits for more lines.
    ///   - clock: the wall time. Called on the threads that log.
    public init(
        descriptor: Int32, format: LogFormat, capacity: Int = 4 << 20, delay: Duration = .milliseconds(10),
        clock: @escaping @Sendable () -> Timestamp
    ) {
        self.descriptor = FileDescriptor(rawValue: descriptor)
        self.format = format
        self.delay = delay
        self.clock = clock
        pending = Mutex(PendingLines(capacity: capacity))
    }

    /// How many lines were dropped since the start. Safe on any thread.
    public var droppedLines: Int { pending.withLock { $0.dropped } }

    /// Adds a line that is already formatted, without its line feed. Safe on any thread; never blocks.
    public func write(_ line: [UInt8]) {
        append { $0.append(contentsOf: line) }
    }

    /// Adds a line in this writer's format, built in place. Safe on any thread; never blocks.
    ///
    /// - Parameter members: adds the members. It runs under the lock, so it must neither log nor call code that may log.
    public func log(_ head: LogHead, members: (inout LogLine) -> Void = { _ in }) {
        let time = clock()
        append { text in
            var line = LogLine(in: text.move(), time: time, head)
            members(&line)
            text = line.end()
        }
    }

    /// The beginning of lines in this writer's format.
    public func head(_ level: Logger.Level, logger: String, message: String) -> LogHead {
        LogHead(format, level: level, logger: logger, message: message)
    }

    /// A member's name in this writer's format.
    public func name(_ name: String) -> LogName { LogName(format, name) }

    /// A member with a text in this writer's format.
    public func member(_ name: String, _ value: String) -> LogMember { LogMember(format, name, value) }

    /// A member with a number in this writer's format.
    public func member(_ name: String, _ value: Int) -> LogMember { LogMember(format, name, value) }

    /// Writes the lines that were added before this call. Blocks its thread until they are written, at most for `limit`. Meant
    /// for the end of the process, when nothing logs any more.
    ///
    /// - Returns: true if each line was written or counted as dropped; false if the limit passed first.
    @discardableResult
    public func flush(within limit: Duration) -> Bool {
        let flushing = DispatchWorkItem { self.write(self.pending.withLock { $0.take() }) }
        queue.async(execute: flushing)
        return flushing.wait(timeout: .now() + limit.dispatchInterval) == .success
    }

    /// A line in a buffer of its own, for text that comes from code that may log.
    func line(_ level: Logger.Level, logger: String, message: String) -> LogLine {
        LogLine(in: TextBuffer(), time: clock(), head(level, logger: logger, message: message))
    }

    private func append(_ write: (inout TextBuffer) -> Void) {
        switch pending.withLock({ $0.append(write) }) {
        case .none: break
        case .scheduleDrain: queue.asyncAfter(deadline: .now() + delay.dispatchInterval) { self.drain() }
        }
    }

    /// Runs on the queue, `delay` after the first line of the batch.
    private func drain() {
        write(pending.withLock { $0.beginDrain() })
    }

    /// Runs on the queue only, so batches are never mixed.
    private func write(_ batch: consuming PendingLines.Batch?) {
        guard var batch else { return }
        if batch.dropped > 0 { appendNotice(of: batch.dropped, to: &batch.text) }
        let written = isWritten(batch)
        pending.withLock { $0.finish(&batch, written: written) }
    }

    private func appendNotice(of dropped: Int, to text: inout TextBuffer) {
        let head = head(.warning, logger: "log", message: "log lines dropped")
        var notice = LogLine(in: text.move(), time: clock(), head)
        notice.member(name("dropped"), dropped)
        text = notice.end()
        text.append(UInt8(ascii: "\n"))
    }

    private func isWritten(_ batch: borrowing PendingLines.Batch) -> Bool {
        do {
            // The write before may have ended within a line, which must not run into the next one.
            if batch.followsFailure { try descriptor.writeAll([UInt8(ascii: "\n")]) }
            try descriptor.writeAll(batch.text.bytes)
            return true
        } catch {
            return false
        }
    }
}

extension Duration {
    fileprivate var dispatchInterval: DispatchTimeInterval {
        .nanoseconds(Int(components.seconds) * 1_000_000_000 + Int(components.attoseconds / 1_000_000_000))
    }
}
