public import HTTPTypes

/// The header fields of a reply as they are sent, in UTF-8, but for the line breaks: `name: value`, each behind twice
/// ``lineStart``. However many fields there are they cost one allocation, and a copy with a few more costs another.
///
/// A control character cannot get in (RFC 9110 §5.5): each is written as a space, so no value can end its line.
public struct FieldBlock: Sendable, Equatable {
    /// Stands twice where a line begins, for the line break: a server writes CR and LF in their place. No name or value
    /// holds one.
    public static let lineStart: UInt8 = 1

    @usableFromInline var end: FieldValue

    public init(reserving capacity: Int = 0) {
        end = FieldValue(reserving: capacity)
    }

    /// All fields; empty if there are none.
    public var bytes: [UInt8] { end.bytes }

    /// Adds a field. Names are not checked for repetition.
    public mutating func append(_ name: HTTPField.Name, _ value: String) {
        append(name) { $0.write(value) }
    }

    /// Adds a field whose value is written piece by piece, without a string of its own.
    @inlinable
    public mutating func append(_ name: HTTPField.Name, _ write: (inout FieldValue) -> Void) {
        append(starting: FieldStart(name), write)
    }

    /// Adds a field whose beginning was prepared.
    @inlinable
    public mutating func append(starting start: FieldStart, _ write: (inout FieldValue) -> Void) {
        end.copy(start)
        write(&end)
    }

    public mutating func append(contentsOf other: FieldBlock) {
        end.bytes.append(contentsOf: other.bytes)
    }

    /// The first value of this name, or nil.
    public subscript(name: HTTPField.Name) -> String? {
        lines.first { $0.name.lowercased() == name.canonicalName }?.value
    }

    /// All fields in order.
    public var lines: [(name: String, value: String)] {
        bytes.split(separator: Self.lineStart).map { line in
            let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
            return (
                String(decoding: line[..<colon], as: UTF8.self),
                String(decoding: line[colon...].dropFirst(2), as: UTF8.self)
            )
        }
    }
}

/// How a field always begins: its name and perhaps the first part of its value. What is written for every request is
/// prepared once and copied in one piece.
public struct FieldStart: Sendable {
    let bytes: [UInt8]

    public init(_ name: HTTPField.Name, _ start: String = "") {
        let line = [FieldBlock.lineStart, FieldBlock.lineStart] + Array("\(name.rawName): ".utf8)
        var value = FieldValue(bytes: line)
        value.write(start)
        bytes = value.bytes
    }
}

/// A field value while it is being written, at the end of a ``FieldBlock``.
public struct FieldValue: Sendable, Equatable {
    var bytes: [UInt8]

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    init(reserving capacity: Int) {
        bytes = []
        bytes.reserveCapacity(capacity)
    }

    /// Writes text, in one pass with the look for control characters.
    public mutating func write(_ text: String) {
        let utf8 = text.utf8
        let span = utf8.span
        append(upTo: span.count) { free in
            for index in span.indices { free.append(span[index].isControl ? 0x20 : span[index]) }
        }
    }

    /// Writes a number in decimal.
    public mutating func write(_ number: Int) {
        append(upTo: 20) { free in
            if number < 0 { free.append(UInt8(ascii: "-")) }
            free.append(digits: number.magnitude)
        }
    }

    /// Writes a number as 16 hexadecimal digits in lower case.
    public mutating func write(hexadecimal number: UInt64) {
        append(upTo: 16) { free in
            free.append(hexadecimal: UInt32(truncatingIfNeeded: number >> 32))
            free.append(hexadecimal: UInt32(truncatingIfNeeded: number))
        }
    }

    /// Writes a number as 8 hexadecimal digits in lower case.
    public mutating func write(hexadecimal number: UInt32) {
        append(upTo: 8) { $0.append(hexadecimal: number) }
    }

    @usableFromInline
    mutating func copy(_ start: FieldStart) {
        bytes.append(contentsOf: start.bytes)
    }

    /// Doubled by hand: `append(addingCapacity:)` grows by just what it needs, and would copy everything each time.
    @inline(__always)
    private mutating func append(upTo room: Int, _ write: (inout OutputSpan<UInt8>) -> Void) {
        if bytes.capacity - bytes.count < room { bytes.reserveCapacity(max(bytes.count + room, 2 * bytes.capacity)) }
        bytes.append(addingCapacity: room) { write(&$0) }
    }
}

extension OutputSpan<UInt8> {
    /// Each half-byte becomes a byte, then all become digits at once.
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

    /// From the first digit on: to reverse a part of an array would copy that part.
    fileprivate mutating func append(digits number: UInt) {
        if number >= 10 { append(digits: number / 10) }
        append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number % 10))
    }
}

extension UInt8 {
    fileprivate var isControl: Bool { self < 0x20 || self == 0x7F }
}
