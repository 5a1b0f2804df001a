import Formats
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
        lines.first { $0.name.equals(ignoringCase: name.rawName) }?.value
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
        bytes.append(upTo: span.count) { free in
            for index in span.indices { free.append(span[index].isControl ? 0x20 : span[index]) }
        }
    }

    /// Writes a number in decimal.
    public mutating func write(_ number: Int) {
        bytes.append(upTo: 20) { $0.append(decimal: number) }
    }

    /// Writes a number as 16 hexadecimal digits in lower case.
    public mutating func write(hexadecimal number: UInt64) {
        bytes.append(upTo: 16) { $0.append(hexadecimal: number) }
    }

    /// Writes a number as 8 hexadecimal digits in lower case.
    public mutating func write(hexadecimal number: UInt32) {
        bytes.append(upTo: 8) { $0.append(hexadecimal: number) }
    }

    @usableFromInline
    mutating func copy(_ start: FieldStart) {
        bytes.append(contentsOf: start.bytes)
    }
}
