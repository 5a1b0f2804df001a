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

    /// Writes the last `digits` hexadecimal digits of a number, in lower case; at most 16.
    public mutating func write(_ number: UInt64, hexadecimalDigits digits: Int) {
        append(upTo: digits) { free in
            for place in stride(from: 4 * (digits - 1), through: 0, by: -4) {
                let digit = UInt8(truncatingIfNeeded: number >> place & 0xF)
                free.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") - 10 + digit)
            }
        }
    }

    @usableFromInline
    mutating func copy(_ start: FieldStart) {
        bytes.append(contentsOf: start.bytes)
    }

    @usableFromInline
    mutating func close() {
        bytes.append(0)
    }

    /// Doubled by hand: `append(addingCapacity:)` grows by just what it needs, and would copy everything each time.
    @inline(__always)
    private mutating func append(upTo room: Int, _ write: (inout OutputSpan<UInt8>) -> Void) {
        if bytes.capacity - bytes.count < room { bytes.reserveCapacity(max(bytes.count + room, 2 * bytes.capacity)) }
        bytes.append(addingCapacity: room) { write(&$0) }
    }
}

extension OutputSpan<UInt8> {
    /// From the first digit on: to reverse a part of an array would copy that part.
    fileprivate mutating func append(digits number: UInt) {
        if number >= 10 { append(digits: number / 10) }
        append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number % 10))
    }
}

extension UInt8 {
    fileprivate var isControl: Bool { self < 0x20 || self == 0x7F }
}
