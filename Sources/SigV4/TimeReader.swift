/// Reads the fixed fields of a written time from the front of a text.
struct TimeReader {
    private let bytes: [UInt8]
    /// Where the next field begins.
    private var place = 0

    init(_ text: String) {
        bytes = Array(text.utf8)
    }

    var isAtEnd: Bool { place == bytes.count }

    /// The number written with exactly `count` digits, or nil if they are not there.
    mutating func number(digits count: Int) -> Int? {
        var value = 0
        for _ in 0..<count {
            guard let digit = digit() else { return nil }
            value = value * 10 + digit
        }
        return value
    }

    /// One decimal digit, if one comes next.
    mutating func digit() -> Int? {
        guard !isAtEnd, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[place]) else { return nil }
        defer { place += 1 }
        return Int(bytes[place] - UInt8(ascii: "0"))
    }

    /// Passes over `text` and says whether it was there.
    mutating func skip(_ text: String) -> Bool {
        guard bytes[place...].starts(with: text.utf8) else { return false }
        place += text.utf8.count
        return true
    }

    /// Passes over whichever of `words` comes next and gives its place among them.
    mutating func index(in words: [String]) -> Int? {
        words.firstIndex { skip($0) }
    }
}
