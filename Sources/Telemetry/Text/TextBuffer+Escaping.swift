import Formats

extension TextBuffer {
    /// Appends text from outside so that it can neither end its line, nor control a terminal, nor reorder the visible text.
    ///
    /// These characters become JSON escapes (RFC 8259 §7): the control characters U+0000–001F, U+007F and U+0080–009F (a
    /// terminal may take U+009B for ESC `[`), the line and paragraph separators U+2028 and U+2029, and the bidirectional
    /// controls U+202A–202E and U+2066–2069. The quotation mark and the backslash are escaped too if `quoted`.
    mutating func append(escaping text: String, quoted: Bool) {
        let utf8 = text.utf8
        append(escaping: utf8.span, from: 0, quoted: quoted)
    }

    /// Appends the text from `start` on.
    mutating func append(escaping utf8: Span<UInt8>, from start: Int, quoted: Bool) {
        var next = start
        while next < utf8.count { next += append(scalar: utf8, at: next, quoted: quoted) }
    }

    /// Appends the character that begins at `index`, or its first byte, and returns how many bytes of `utf8` were read.
    private mutating func append(scalar utf8: Span<UInt8>, at index: Int, quoted: Bool) -> Int {
        if let control = ControlScalar(at: index, in: utf8) {
            append(escape: control.value)
            return control.length
        }
        let byte = utf8[index]
        if quoted, byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { append(UInt8(ascii: "\\")) }
        append(byte)
        return 1
    }

    private mutating func append(escape scalar: UInt16) {
        append(UInt8(ascii: "\\"))
        switch scalar {
        case 0x09: append(UInt8(ascii: "t"))
        case 0x0A: append(UInt8(ascii: "n"))
        case 0x0D: append(UInt8(ascii: "r"))
        default:
            append(UInt8(ascii: "u"))
            append(upTo: 4) { $0.append(hexadecimal: scalar) }
        }
    }
}

extension UInt8 {
    /// A printable character of ASCII other than the quotation mark and the backslash: it needs no escape in any format. The
    /// set has a bit for each character, because every byte of every line is tested.
    var isPlain: Bool {
        let row: UInt64 = self < 64 ? 0xFFFF_FFFB_0000_0000 : 0x7FFF_FFFF_EFFF_FFFF
        return self < 128 && row &>> UInt64(self) & 1 == 1
    }
}

/// A character that must be escaped in a log: it would end the line, control the terminal or reorder the text.
struct ControlScalar {
    let value: UInt16
    /// The number of bytes in UTF-8.
    let length: Int

    /// The control character that begins at `index`, or nil for another character.
    init?(at index: Int, in utf8: Span<UInt8>) {
        switch utf8[index] {
        case 0x00...0x1F, 0x7F:
            self.init(value: UInt16(utf8[index]), length: 1)
        case 0xC2 where utf8[index + 1] <= 0x9F:
            self.init(value: UInt16(utf8[index + 1]), length: 2)
        case 0xE2:
            let value = 0x2000 | UInt16(utf8[index + 1] & 0x3F) << 6 | UInt16(utf8[index + 2] & 0x3F)
            guard (0x2028...0x202E).contains(value) || (0x2066...0x2069).contains(value) else { return nil }
            self.init(value: value, length: 3)
        default:
            return nil
        }
    }

    private init(value: UInt16, length: Int) {
        self.value = value
        self.length = length
    }
}
