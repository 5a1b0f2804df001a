import Formats
public import HTTPTypes

/// The header fields of a reply in UTF-8 as they are sent, except for the line breaks: each is `name: value` after two bytes
/// ``lineStart``. All fields together take one allocation, and a copy with more fields takes another one.
///
/// Control characters become spaces (RFC 9110 §5.5), so no value can end its line.
public struct FieldBlock: Sendable, Equatable {
    /// The byte that stands twice at the start of each line. A server replaces the two by CR and LF. No name or value holds
    /// it.
    public static let lineStart: UInt8 = 1

    @usableFromInline var end: FieldValue

    /// An empty block with room for `capacity` bytes.
    public init(reserving capacity: Int = 0) {
        end = FieldValue(reserving: capacity)
    }

    /// The bytes of all fields. Empty if there are none.
    public var bytes: [UInt8] { end.bytes }

    /// Adds a field. Names are not checked for repetition.
    public mutating func append(_ name: HTTPField.Name, _ value: String) {
        append(name) { $0.write(value) }
    }

    /// Adds a field whose value `write` writes in pieces, without a string for the whole value.
    @inlinable
    public mutating func append(_ name: HTTPField.Name, _ write: (inout FieldValue) -> Void) {
        append(starting: FieldStart(name), write)
    }

    /// Adds a field with a prepared start.
    @inlinable
    public mutating func append(starting start: FieldStart, _ write: (inout FieldValue) -> Void) {
        end.copy(start)
        write(&end)
    }

    /// Adds the fields of another block.
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

/// The start of a field: its name and perhaps the first part of its value. It is prepared once, and each reply copies it in
/// one piece.
public struct FieldStart: Sendable {
    let bytes: [UInt8]

    /// The start of a field with this name, whose value begins with `start`.
    public init(_ name: HTTPField.Name, _ start: String = "") {
        let line = [FieldBlock.lineStart, FieldBlock.lineStart] + Array("\(name.rawName): ".utf8)
        var value = FieldValue(bytes: line)
        value.write(start)
        bytes = value.bytes
    }
}

/// A field value while it is written, at the end of a ``FieldBlock``.
public struct FieldValue: Sendable, Equatable {
    var bytes: [UInt8]

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    init(reserving capacity: Int) {
        bytes = []
        bytes.reserveCapacity(capacity)
    }

    /// Writes text. Control characters become spaces.
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
