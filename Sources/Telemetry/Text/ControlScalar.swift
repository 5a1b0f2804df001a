/// A character that must not reach a log as it is: it would end the line, drive the terminal or reorder the text.
struct ControlScalar {
    let value: UInt16
    /// Bytes of its UTF-8 form.
    let length: Int

    /// The control character whose UTF-8 begins at `index`, or nil if another character does.
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
