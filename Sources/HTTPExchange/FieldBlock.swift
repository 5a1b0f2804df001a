public import HTTPTypes

/// The header fields of a reply in the form in which a C library takes them: names and values as UTF-8, each ended by a
/// NUL, in one array. However many fields there are they cost one allocation, and a copy with a few more costs another.
///
/// A control character cannot get in (RFC 9110 §5.5): each is written as a space, so no value can end its line.
public struct FieldBlock: Sendable, Equatable {
    @usableFromInline var end: FieldValue

    public init(reserving capacity: Int = 0) {
        end = FieldValue(reserving: capacity)
    }

    /// `name NUL value NUL`, repeated.
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
        end.close()
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
        let texts = bytes.split(separator: 0, omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
        return stride(from: 0, to: texts.count - 1, by: 2).map { (texts[$0], texts[$0 + 1]) }
    }
}
