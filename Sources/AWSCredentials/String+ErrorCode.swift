extension String {
    /// A word that can be shown: the codes of AWS are made of letters, digits and dots.
    var isErrorCode: Bool {
        (1...64).contains(utf8.count) && allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == ".") }
    }
}
