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
