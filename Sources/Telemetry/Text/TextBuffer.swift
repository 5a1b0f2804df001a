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

extension TextBuffer {
    /// Appends a number in decimal.
    mutating func append(_ number: Int64) {
        append(upTo: 20) { free in
            if number < 0 { free.append(UInt8(ascii: "-")) }
            free.append(digits: number.magnitude)
        }
    }

    /// Appends a number as 16 hexadecimal digits in lower case, perhaps between quotation marks.
    mutating func append(hexadecimal number: UInt64, isQuoted: Bool) {
        append(upTo: 18) { free in
            if isQuoted { free.append(UInt8(ascii: "\"")) }
            free.append(hexadecimal: UInt32(truncatingIfNeeded: number >> 32))
            free.append(hexadecimal: UInt32(truncatingIfNeeded: number))
            if isQuoted { free.append(UInt8(ascii: "\"")) }
        }
    }

    /// Appends a wall time as ``TimeText`` writes it.
    ///
    /// - Parameter milliseconds: since 1970-01-01T00:00:00Z.
    mutating func append(rfc3339 milliseconds: Int64) {
        let time = lastTime.flatMap { $0.milliseconds == milliseconds ? $0 : nil } ?? TimeText(milliseconds)
        append(upTo: 24) { free in
            for index in time.text.indices { free.append(time.text[index]) }
        }
        lastTime = time
    }
}

extension OutputSpan<UInt8> {
    /// Appends eight digits in lower case: each half-byte becomes a byte, then all become digits at once.
    fileprivate mutating func append(hexadecimal number: UInt32) {
        var digits = UInt64(number)
        digits = (digits | digits << 16) & 0x0000_FFFF_0000_FFFF
        digits = (digits | digits << 8) & 0x00FF_00FF_00FF_00FF
        digits = (digits | digits << 4) & 0x0F0F_0F0F_0F0F_0F0F
        let letters = (digits &+ 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101
        digits &+= 0x3030_3030_3030_3030 &+ letters &* 39
        for _ in 0..<8 {
            append(UInt8(truncatingIfNeeded: digits >> 56))
            digits <<= 8
        }
    }

    fileprivate mutating func append(digits number: UInt64) {
        if number >= 10 { append(digits: number / 10) }
        append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number % 10))
    }
}

/// A wall time and how it is written: RFC 3339 in UTC with milliseconds, `2026-11-24T10:00:00.000Z`. Kept, because many
/// lines of a busy log have the same.
struct TimeText {
    /// Since 1970-01-01T00:00:00Z; may be negative. RFC 3339 knows the years 0000–9999 only.
    let milliseconds: Int64
    let text: InlineArray<24, UInt8>

    init(_ milliseconds: Int64) {
        let (days, time) = milliseconds.flooredDivision(by: 86_400_000)
        self.milliseconds = milliseconds
        text = InlineArray(initializingWith: { free in
            free.append(date: CivilDate(daysSinceEpoch: days))
            free.append(UInt8(ascii: "T"))
            free.append(timeOfDay: time.magnitude)
            free.append(UInt8(ascii: "Z"))
        })
    }
}

extension OutputSpan<UInt8> {
    fileprivate mutating func append(date: CivilDate) {
        append(twoDigits: date.year.magnitude / 100)
        append(twoDigits: date.year.magnitude)
        append(UInt8(ascii: "-"))
        append(twoDigits: date.month.magnitude)
        append(UInt8(ascii: "-"))
        append(twoDigits: date.day.magnitude)
    }

    fileprivate mutating func append(timeOfDay milliseconds: UInt64) {
        append(twoDigits: milliseconds / 3_600_000)
        append(UInt8(ascii: ":"))
        append(twoDigits: milliseconds / 60_000 % 60)
        append(UInt8(ascii: ":"))
        append(twoDigits: milliseconds / 1000 % 60)
        append(UInt8(ascii: "."))
        append(digit: milliseconds / 100 % 10)
        append(twoDigits: milliseconds)
    }

    /// Appends the last two digits of `number`.
    private mutating func append(twoDigits number: UInt64) {
        append(digit: number / 10 % 10)
        append(digit: number % 10)
    }

    private mutating func append(digit: UInt64) {
        append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit))
    }
}
