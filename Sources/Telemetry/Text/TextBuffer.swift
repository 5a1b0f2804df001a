/// UTF-8 text that grows at its end: log lines that wait to be written, or a page of metrics. A value without a lock of
/// its own; whoever owns it guards it.
///
/// Not copyable: a second owner, however brief, would make the next append copy all of the text.
package struct TextBuffer: ~Copyable, Sendable {
    package private(set) var bytes: [UInt8] = []
    /// The time that was written last.
    var lastTime: TimeText?

    package init() {}

    var count: Int { bytes.count }

    package mutating func append(_ byte: UInt8) {
        bytes.append(byte)
    }

    mutating func append(contentsOf more: [UInt8]) {
        bytes.append(contentsOf: more)
    }

    /// Appends `text` as it is: for words of ours, never for text that came from outside.
    package mutating func append(_ text: String) {
        bytes.append(contentsOf: text.utf8)
    }

    /// Appends what `write` writes, at most `room` bytes: the checks that an append to an array needs, once for all of them.
    @inline(__always)
    mutating func append(upTo room: Int, _ write: (inout OutputSpan<UInt8>) -> Void) {
        // Doubled by hand: `append(addingCapacity:)` grows by just what it needs, and would copy everything each time.
        if bytes.capacity - bytes.count < room { bytes.reserveCapacity(max(bytes.count + room, 2 * bytes.capacity)) }
        bytes.append(addingCapacity: room) { write(&$0) }
    }

    /// Gives the text away and leaves this one empty.
    mutating func move() -> TextBuffer {
        let text = consume self
        self = TextBuffer()
        return text
    }

    /// Takes back everything after the first `count` bytes.
    mutating func truncate(to count: Int) {
        bytes.removeLast(bytes.count - count)
    }

    /// Empties the buffer and keeps its memory for the next use.
    mutating func clear() {
        bytes.removeAll(keepingCapacity: true)
    }
}
