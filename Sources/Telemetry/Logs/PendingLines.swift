/// The lines that wait to be written, as a value: every event changes it and says what is to be done, nothing is done here.
///
/// Not synchronized; `LogWriter` guards it. Holds at most `capacity` bytes, and a batch that is being written is counted
/// apart, so the memory of both together is bounded by twice that.
struct PendingLines: ~Copyable, Sendable {
    /// Whether somebody will come for the lines.
    private enum Phase { case idle, drainDue }

    enum Action: Equatable { case none, scheduleDrain }

    /// What is written in one go.
    struct Batch: ~Copyable, Sendable {
        var text: TextBuffer
        let lines: Int
        /// Lines that were lost since the last notice.
        let dropped: Int
        /// The write before this one failed, perhaps in the middle of a line.
        let followsFailure: Bool
    }

    private let capacity: Int
    private var phase = Phase.idle
    private var text = TextBuffer()
    private var spare = TextBuffer()
    private var lines = 0
    private var unreported = 0
    private var lastWriteFailed = false
    /// All lines that were lost so far; after a failed write this counts the whole batch, though a part may have arrived.
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

    /// The drain that was scheduled begins: a line that arrives from here on schedules the next one.
    mutating func beginDrain() -> Batch? {
        phase = .idle
        return take()
    }

    /// Hands out all lines, or nil if there are none. Whether a drain is due does not change.
    mutating func take() -> Batch? {
        guard lines > 0 else { return nil }
        defer { (lines, unreported) = (0, 0) }
        let taken = text.move()
        text = spare.move()
        return Batch(text: taken, lines: lines, dropped: unreported, followsFailure: lastWriteFailed)
    }

    /// The batch was written, or could not be: then its lines are lost, which a notice will say once writing works again.
    /// Its memory comes back for the next one.
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
