/// The words of a command line as a POSIX shell divides them, without expansions and operators ("Quoting" in the Shell
/// Command Language of POSIX.1; the AWS CLI does the same).
package struct ShellWords {
    private enum Quotation {
        case none, single, double
    }

    package private(set) var words: [String] = []
    private var word: [UInt8]?
    private var quotation = Quotation.none
    private var isEscaped = false

    /// Nil for an open quotation and for a backslash at the end.
    package init?(_ text: String) {
        for byte in text.utf8 { read(byte) }
        guard quotation == .none, !isEscaped else { return nil }
        endWord()
    }

    private mutating func read(_ byte: UInt8) {
        switch (quotation, Unicode.Scalar(byte)) {
        case _ where isEscaped: readEscaped(byte)
        case (.none, "\\"), (.double, "\\"): isEscaped = true
        case (.none, " "), (.none, "\t"), (.none, "\n"), (.none, "\r"): endWord()
        case (.none, "'"): begin(.single)
        case (.none, "\""): begin(.double)
        case (.single, "'"), (.double, "\""): quotation = .none
        default: append(byte)
        }
    }

    /// Between double quotation marks a backslash stands for itself, unless it escapes a quotation mark or a backslash.
    private mutating func readEscaped(_ byte: UInt8) {
        isEscaped = false
        if quotation == .double, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") { append(UInt8(ascii: "\\")) }
        append(byte)
    }

    /// An empty quotation makes a word too.
    private mutating func begin(_ quotation: Quotation) {
        self.quotation = quotation
        word = word ?? []
    }

    private mutating func append(_ byte: UInt8) {
        word = word ?? []
        word?.append(byte)
    }

    private mutating func endWord() {
        if let word { words.append(String(decoding: word, as: UTF8.self)) }
        word = nil
    }
}
