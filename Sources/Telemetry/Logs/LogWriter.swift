import Dispatch
public import Formats
public import Logging
import Synchronization
import SystemPackage

/// The one way for log lines to standard output or standard error.
///
/// **Callers never wait.** A line is formatted straight into a bounded buffer under a short lock. `delay` after the first
/// line arrived, all that came since are written with one system call, by a serial dispatch queue of this object: a thread
/// of its own while there is something to write, none while there is not. The task pool is never blocked by a slow reader.
///
/// **A reader that stops** fills the buffer; further lines are dropped and counted, and a line says how many once it reads
/// again. A descriptor that fails (`EPIPE`, `ENOSPC`) costs one failing system call per `delay` at most, and only while
/// lines arrive.
///
/// The process must ignore `SIGPIPE`; a library must not decide that.
public final class LogWriter: Sendable {
    private let descriptor: FileDescriptor
    private let format: LogFormat
    private let delay: Duration
    private let clock: @Sendable () -> Timestamp
    private let pending: Mutex<PendingLines>
    private let queue = DispatchQueue(label: "log-writer")

    /// - Parameters:
    ///   - descriptor: the POSIX file descriptor to write to; stays the caller's and must stay open.
    ///   - capacity: bytes that may wait; as many again may be on their way.
    ///   - delay: how long the first line of a batch waits for more.
    ///   - clock: the wall time; called on the threads that log.
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

    /// How many lines were lost since the start. Safe on any thread.
    public var droppedLines: Int { pending.withLock { $0.dropped } }

    /// Adds a line that is already formatted, without its line feed. Safe on any thread; never blocks.
    public func write(_ line: [UInt8]) {
        append { $0.append(contentsOf: line) }
    }

    /// Adds a line in this writer's format, built in place. Safe on any thread; never blocks.
    ///
    /// - Parameter members: adds the members, and does nothing else: it runs under the lock, so it must neither log nor
    ///   call code that might.
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

    /// Writes what was added before this call and waits until it is written, at most for `limit`: for the end of the process,
    /// after everything that logs has stopped. Blocks its thread.
    ///
    /// - Returns: whether all of it left this process or was counted as dropped; false if the time was up first.
    @discardableResult
    public func flush(within limit: Duration) -> Bool {
        let flushing = DispatchWorkItem { self.write(self.pending.withLock { $0.take() }) }
        queue.async(execute: flushing)
        return flushing.wait(timeout: .now() + limit.dispatchInterval) == .success
    }

    /// A line that begins in a buffer of its own, for text that comes out of code that might log itself.
    func line(_ level: Logger.Level, logger: String, message: String) -> LogLine {
        LogLine(in: TextBuffer(), time: clock(), head(level, logger: logger, message: message))
    }

    private func append(_ write: (inout TextBuffer) -> Void) {
        switch pending.withLock({ $0.append(write) }) {
        case .none: break
        case .scheduleDrain: queue.asyncAfter(deadline: .now() + delay.dispatchInterval) { self.drain() }
        }
    }

    /// Runs on the queue, `delay` after the first line.
    private func drain() {
        write(pending.withLock { $0.beginDrain() })
    }

    /// Runs on the queue, which therefore is the only writer.
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
            // A line that broke off must not swallow the next one.
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
