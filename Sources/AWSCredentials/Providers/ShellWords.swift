/// The words of a command line as a POSIX shell divides them, without anything else that a shell does ("Quoting" in the
/// Shell Command Language of POSIX.1; the AWS CLI does the same).
package struct ShellWords {
    private enum Quotation {
        case none, single, double
    }

    package private(set) var words: [String] = []
    private var word: String?
    private var quotation = Quotation.none
    private var isEscaped = false

    /// Nil for an open quotation and for a backslash at the end.
    package init?(_ text: String) {
        for scalar in text.unicodeScalars { read(scalar) }
        guard quotation == .none, !isEscaped else { return nil }
        endWord()
    }

    private mutating func read(_ scalar: Unicode.Scalar) {
        switch (quotation, scalar) {
        case _ where isEscaped: readEscaped(scalar)
        case (.none, "\\"), (.double, "\\"): isEscaped = true
        case (.none, " "), (.none, "\t"), (.none, "\n"), (.none, "\r"): endWord()
        case (.none, "'"): begin(.single)
        case (.none, "\""): begin(.double)
        case (.single, "'"), (.double, "\""): quotation = .none
        default: append(scalar)
        }
    }

    /// Between double quotation marks a backslash stands for itself, unless it has something to quote.
    private mutating func readEscaped(_ scalar: Unicode.Scalar) {
        isEscaped = false
        if quotation == .double, scalar != "\"", scalar != "\\" { append("\\") }
        append(scalar)
    }

    /// Even a quotation with nothing in it makes a word.
    private mutating func begin(_ quotation: Quotation) {
        self.quotation = quotation
        word = word ?? ""
    }

    private mutating func append(_ scalar: Unicode.Scalar) {
        word = word ?? ""
        word?.unicodeScalars.append(scalar)
    }

    private mutating func endWord() {
        if let word { words.append(word) }
        word = nil
    }
}
