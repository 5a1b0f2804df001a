import Formats

/// UTF-8 text that grows at its end: log lines that wait to be written, a page of metrics or a JSON document. Not
/// synchronized; its owner guards it.
///
/// Not copyable, because a second reference to the bytes would make the next append copy all of them.
package struct TextBuffer: ~Copyable, Sendable {
    /// The text so far.
    package private(set) var bytes: [UInt8] = []
    /// The time that was appended last.
    var lastTime: TimeText?

    /// An empty text.
    ///
    /// - Parameter capacity: bytes for which there is room at once.
    package init(reserving capacity: Int = 0) {
        bytes.reserveCapacity(capacity)
    }

    var count: Int { bytes.count }

    /// Appends a byte without escapes.
    package mutating func append(_ byte: UInt8) {
        bytes.append(byte)
    }

    /// Appends bytes of UTF-8 without escapes.
    package mutating func append(contentsOf more: [UInt8]) {
        bytes.append(contentsOf: more)
    }

    /// Appends `text` without escapes. Not for text that came from outside.
    package mutating func append(_ text: String) {
        bytes.append(contentsOf: text.utf8)
    }

    /// Appends at most `room` bytes that `write` writes, with one check of the capacity for all of them.
    @inline(__always)
    mutating func append(upTo room: Int, _ write: (inout OutputSpan<UInt8>) -> Void) {
        bytes.append(upTo: room, write)
    }

    /// Returns the text and leaves this buffer empty.
    mutating func move() -> TextBuffer {
        let text = consume self
        self = TextBuffer()
        return text
    }

    /// Removes all bytes after the first `count`.
    mutating func truncate(to count: Int) {
        bytes.removeLast(bytes.count - count)
    }

    /// Empties the buffer and keeps its memory for the next use.
    mutating func clear() {
        bytes.removeAll(keepingCapacity: true)
    }
}

extension TextBuffer {
    /// Appends a number in decimal.
    package mutating func append(_ number: Int) {
        append(upTo: 20) { $0.append(decimal: number) }
    }

    /// Appends a number as 16 hexadecimal digits in lower case, between quotation marks if `isQuoted`.
    mutating func append(hexadecimal number: UInt64, isQuoted: Bool) {
        append(upTo: 18) { free in
            if isQuoted { free.append(UInt8(ascii: "\"")) }
            free.append(hexadecimal: number)
            if isQuoted { free.append(UInt8(ascii: "\"")) }
        }
    }

    /// Appends a wall time in the form of RFC 3339.
    mutating func append(_ timestamp: Timestamp) {
        let time = lastTime.flatMap { $0.timestamp == timestamp ? $0 : nil } ?? TimeText(timestamp)
        append(upTo: 24) { free in
            for index in time.text.indices { free.append(time.text[index]) }
        }
        lastTime = time
    }
}

/// A wall time and its text in RFC 3339. The buffer keeps the last one, because many lines of a busy log have the same time.
struct TimeText {
    let timestamp: Timestamp
    let text: InlineArray<24, UInt8>

    init(_ timestamp: Timestamp) {
        self.timestamp = timestamp
        text = InlineArray(initializingWith: { $0.append(rfc3339: timestamp) })
    }
}
