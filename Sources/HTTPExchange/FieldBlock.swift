public import HTTPTypes

/// The header fields of a reply in the form in which a C library takes them: names and values as UTF-8, each ended by a
/// NUL, in one array. However many fields there are they cost one allocation, and a copy with a few more costs another.
///
/// A control character cannot get in (RFC 9110 §5.5): each is written as a space, so no value can end its line.
public struct FieldBlock: Sendable, Equatable {
    /// `name NUL value NUL`, repeated.
    public private(set) var bytes: [UInt8] = []

    public init(reserving capacity: Int = 0) {
        bytes.reserveCapacity(capacity)
    }

    /// Adds a field. Names are not checked for repetition.
    public mutating func append(_ name: HTTPField.Name, _ value: String) {
        append(name) { $0.write(value) }
    }

    /// Adds a field whose value is written piece by piece, without a string of its own.
    public mutating func append(_ name: HTTPField.Name, _ write: (inout FieldValue) -> Void) {
        append(starting: FieldStart(name), write)
    }

    /// Adds a field whose beginning was prepared.
    public mutating func append(starting start: FieldStart, _ write: (inout FieldValue) -> Void) {
        bytes.append(contentsOf: start.bytes)
        var value = FieldValue(bytes: bytes)
        bytes = []
        write(&value)
        bytes = value.bytes
        bytes.append(0)
    }

    public mutating func append(contentsOf other: FieldBlock) {
        bytes.append(contentsOf: other.bytes)
    }

    /// The first value of this name, or nil.
    public subscript(name: HTTPField.Name) -> String? {
        lines.first { $0.name.lowercased() == name.canonicalName }?.value
    }

    /// All fields in order.
    public var lines: [(name: String, value: String)] {
        let texts = bytes.split(separator: 0, omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
        return stride(from: 0, to: texts.count - 1, by: 2).map { (texts[$0], texts[$0 + 1]) }
    }
}

/// How a field always begins: its name and perhaps the first part of its value. What is written for every request is
/// prepared once and copied in one piece.
public struct FieldStart: Sendable {
    fileprivate let bytes: [UInt8]

    public init(_ name: HTTPField.Name, _ start: String = "") {
        var value = FieldValue(bytes: Array(name.rawName.utf8) + [0])
        value.write(start)
        bytes = value.bytes
    }
}

/// A field value while it is being written.
public struct FieldValue: ~Copyable {
    fileprivate var bytes: [UInt8]

    public mutating func write(_ text: String) {
        let start = bytes.count
        bytes.append(contentsOf: text.utf8)
        for index in start..<bytes.count where bytes[index] < 0x20 || bytes[index] == 0x7F { bytes[index] = 0x20 }
    }

    /// Writes a number in decimal.
    public mutating func write(_ number: Int) {
        if number < 0 { bytes.append(UInt8(ascii: "-")) }
        var rest = number.magnitude
        let start = bytes.count
        repeat {
            bytes.append(UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        } while rest > 0
        bytes[start...].reverse()
    }
}
