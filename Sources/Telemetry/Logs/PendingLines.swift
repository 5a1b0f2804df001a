/// The lines that wait to be written, as a value without side effects: each event changes it and returns what the writer has
/// to do.
///
/// Not synchronized; `LogWriter` guards it with a lock. Holds at most `capacity` bytes. A batch that is being written is not
/// counted, so both together take at most twice as much memory.
struct PendingLines: ~Copyable, Sendable {
    /// Whether a drain is scheduled.
    private enum Phase { case idle, drainDue }

    enum Action: Equatable { case none, scheduleDrain }

    /// The lines of one write.
    struct Batch: ~Copyable, Sendable {
        var text: TextBuffer
        let lines: Int
        /// Lines that were dropped since the last notice.
        let dropped: Int
        /// Whether the write before this one failed, perhaps in the middle of a line.
        let followsFailure: Bool
    }

    private let capacity: Int
    private var phase = Phase.idle
    private var text = TextBuffer()
    private var spare = TextBuffer()
    private var lines = 0
    private var unreported = 0
    private var lastWriteFailed = false
    /// How many lines were dropped so far. A failed write counts as a whole batch, though a part of it may have been written.
    private(set) var dropped = 0

    /// - Parameter capacity: bytes.
    init(capacity: Int) {
        self.capacity = capacity
    }

    /// Adds the line that `write` appends, without its line feed, or drops it if there is no room for it.
    mutating func append(_ write: (inout TextBuffer) -> Void) -> Action {
        guard text.count < capacity else { return drop() }
        let start = text.count
        write(&text)
        text.append(UInt8(ascii: "\n"))
        guard text.count <= capacity else {
            text.truncate(to: start)
            return drop()
        }
        lines += 1
        defer { phase = .drainDue }
        return phase == .idle ? .scheduleDrain : .none
    }

    /// Begins the scheduled drain. The next line schedules another one.
    mutating func beginDrain() -> Batch? {
        phase = .idle
        return take()
    }

    /// Takes all lines, or nil if there are none. A scheduled drain stays scheduled.
    mutating func take() -> Batch? {
        guard lines > 0 else { return nil }
        defer { (lines, unreported) = (0, 0) }
        let taken = text.move()
        text = spare.move()
        return Batch(text: taken, lines: lines, dropped: unreported, followsFailure: lastWriteFailed)
    }

    /// Records whether the batch was written, and keeps its memory for the next one. The lines of a batch that was not written
    /// count as dropped, and the next notice reports them.
    mutating func finish(_ batch: inout Batch, written: Bool) {
        lastWriteFailed = !written
        if !written {
            dropped += batch.lines
            unreported += batch.lines + batch.dropped
        }
        spare = batch.text.move()
        spare.clear()
    }

    private mutating func drop() -> Action {
        dropped += 1
        unreported += 1
        return .none
    }
}
