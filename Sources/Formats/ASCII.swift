/// A set of ASCII bytes, one bit for each. The test for a byte takes the same few instructions for every set, because some
/// sets are asked about every byte of a request.
@usableFromInline
package struct ASCIISet: Sendable {
    /// The bits of the bytes below 64.
    @usableFromInline let low: UInt64
    /// The bits of the bytes from 64 to 127.
    @usableFromInline let high: UInt64

    @inlinable
    init(low: UInt64, high: UInt64) {
        self.low = low
        self.high = high
    }

    /// The set of these characters.
    package init(_ characters: String) {
        var (low, high): (UInt64, UInt64) = (0, 0)
        for byte in characters.utf8 {
            if byte < 64 { low |= 1 << UInt64(byte) } else { high |= 1 << UInt64(byte - 64) }
        }
        self.init(low: low, high: high)
    }

    /// False for a byte that is not ASCII.
    @inlinable
    package func contains(_ byte: UInt8) -> Bool {
        byte < 128 && (byte < 64 ? low : high) &>> UInt64(byte) & 1 == 1
    }
}

/// The common sets. Their bits are written out, so that the compiler knows them in every module; the tests compare them with
/// the characters.
extension ASCIISet {
    /// The characters of names that AWS and clients give: job names, request IDs, error codes. ASCII letters, digits, `.`, `_`
    /// and `-`, which need no escape in a log line, a header field, a JSON string, a URL or a page.
    @inlinable
    package static var name: ASCIISet { ASCIISet(low: 0x03FF_6000_0000_0000, high: 0x07FF_FFFE_87FF_FFFE) }

    /// `tchar` of RFC 9110 §5.6.2: the characters of a method and of a field's name.
    @inlinable
    package static var token: ASCIISet { ASCIISet(low: 0x03FF_6CFA_0000_0000, high: 0x57FF_FFFF_C7FF_FFFE) }

    /// `unreserved` of RFC 3986 §2.3: what percent-encoding leaves as it is.
    @inlinable
    package static var unreserved: ASCIISet { ASCIISet(low: 0x03FF_6000_0000_0000, high: 0x47FF_FFFE_87FF_FFFE) }

    /// What may stand in a path or query without encoding: `unreserved`, `sub-delims`, `:@/?` of RFC 3986 §3.3.
    @inlinable
    package static var target: ASCIISet { ASCIISet(low: 0xAFFF_FFD2_0000_0000, high: 0x47FF_FFFE_87FF_FFFF) }

    /// What neither a host nor a port holds.
    @inlinable
    package static var outsideHost: ASCIISet { ASCIISet(low: 0x8000_9009_0000_0200, high: 0x0000_0000_1000_0001) }
}

extension UInt8 {
    /// Space or tab: `OWS` of RFC 9110 §5.6.3.
    @inlinable
    package var isBlank: Bool { self == 0x20 || self == 0x09 }

    /// CR or LF.
    @inlinable
    package var isLineBreak: Bool { self == 0x0A || self == 0x0D }

    /// A control character of ASCII.
    @inlinable
    package var isControl: Bool { self < 0x20 || self == 0x7F }

    /// What a field value may hold: everything but control characters, and the tab (RFC 9110 §5.5).
    @inlinable
    package var isFieldContent: Bool { !isControl || self == 0x09 }

    /// A decimal digit of ASCII.
    @inlinable
    package var isDigit: Bool { self >= 0x30 && self <= 0x39 }

    /// A letter of ASCII in either case.
    @inlinable
    package var isLetter: Bool { lowercased >= 0x61 && lowercased <= 0x7A }

    /// The lower-case letter of an ASCII capital; every other byte as it is.
    @inlinable
    package var lowercased: UInt8 { self >= 0x41 && self <= 0x5A ? self | 0x20 : self }
}

extension String {
    /// Whether every byte of the text is in the set. True for the empty text.
    package func consists(of set: ASCIISet) -> Bool { hasOnly { set.contains($0) } }

    /// Whether every byte of the text is allowed. The span's elements are read without a call for each.
    @inlinable @inline(__always)
    package func hasOnly(_ isAllowed: (UInt8) -> Bool) -> Bool {
        let utf8 = utf8
        let bytes = utf8.span
        for index in bytes.indices where !isAllowed(bytes[index]) { return false }
        return true
    }

    /// Whether the text is a `token` of RFC 9110 §5.6.2: a method, a field's name, a coding.
    package var isToken: Bool { !isEmpty && consists(of: .token) }

    /// Whether the text can be a field's value (RFC 9110 §5.5): it holds no control character but the tab.
    package var isFieldValue: Bool { hasOnly(\.isFieldContent) }

    /// Whether the text is 1 to `maximumLength` characters of ``ASCIISet/name``.
    package func isName(maximumLength: Int) -> Bool {
        (1...maximumLength).contains(utf8.count) && consists(of: .name)
    }

    /// Whether both texts are the same but for the case of ASCII letters, which counts neither in the name of a field nor in
    /// that of a coding (RFC 9110 §5.1, §8.4.1; RFC 9112 §7).
    package func equals(ignoringCase other: String) -> Bool {
        let (these, those) = (utf8, other.utf8)
        let (bytes, others) = (these.span, those.span)
        guard bytes.count == others.count else { return false }
        for index in bytes.indices where bytes[index].lowercased != others[index].lowercased { return false }
        return true
    }
}

extension Span<UInt8> {
    /// The first place of a byte, or nil if the span doesn't hold it.
    @inlinable
    package func firstIndex(of byte: UInt8) -> Int? {
        for index in indices where self[index] == byte { return index }
        return nil
    }
}

extension BidirectionalCollection<UInt8> {
    /// The bytes without the spaces and tabs at either end.
    @inlinable
    package var trimmingBlanks: SubSequence { trimming(\.isBlank) }

    /// The bytes without those at either end that `isTrimmed` accepts.
    @inlinable
    package func trimming(_ isTrimmed: (UInt8) -> Bool) -> SubSequence {
        guard let last = lastIndex(where: { !isTrimmed($0) }) else { return self[endIndex...] }
        return self[...last].drop(while: isTrimmed)
    }
}

/// Trimming looks at bytes: a combining mark behind a space would make another Character of it, which no comparison with a
/// space finds.
extension StringProtocol {
    /// The text without the spaces and tabs at either end.
    package var trimmingBlanks: Substring { Substring(Substring(self).utf8.trimmingBlanks) }

    /// The lines of the text, each ended by LF or CR LF.
    package var lines: [Substring] {
        Substring(self).utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { line in
            Substring(line.last == UInt8(ascii: "\r") ? line.dropLast() : line)
        }
    }

    /// The text without the spaces, tabs, CRs and LFs at either end.
    package var trimmingWhitespace: Substring {
        Substring(Substring(self).utf8.trimming { $0.isBlank || $0.isLineBreak })
    }
}

extension [UInt8] {
    /// Appends the bytes of a text.
    @inlinable
    package mutating func append(_ text: String) {
        append(contentsOf: text.utf8)
    }

    /// Appends at most `room` bytes that `write` writes, with one check of the capacity for all of them.
    ///
    /// The capacity is doubled here: `append(addingCapacity:)` grows by just what it needs, so that every call would copy the
    /// whole array.
    @inlinable @inline(__always)
    package mutating func append(upTo room: Int, _ write: (inout OutputSpan<UInt8>) -> Void) {
        if capacity - count < room { reserveCapacity(Swift.max(count + room, 2 * capacity)) }
        append(addingCapacity: room) { write(&$0) }
    }
}

extension String {
    /// The text of at most `capacity` bytes that `write` writes.
    @inlinable @inline(__always)
    package init(upTo capacity: Int, _ write: (inout OutputSpan<UInt8>) -> Void) {
        self.init(decoding: [UInt8](capacity: capacity) { write(&$0) }, as: UTF8.self)
    }
}
