extension StringProtocol where SubSequence == Substring {
    /// Without spaces, tabs and line ends at either end.
    var trimmed: Substring {
        guard let first = firstIndex(where: { !$0.isSpacing }), let last = lastIndex(where: { !$0.isSpacing })
        else { return self[startIndex..<startIndex] }
        return self[first...last]
    }
}

extension Character {
    /// Space or tab.
    var isBlank: Bool { self == " " || self == "\t" }

    /// LF or CR LF, which is one character.
    var isLineEnd: Bool { self == "\n" || self == "\r\n" }

    fileprivate var isSpacing: Bool { isBlank || isLineEnd || self == "\r" }
}
