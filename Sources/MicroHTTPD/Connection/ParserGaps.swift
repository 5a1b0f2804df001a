import CMicroHTTPD

/// Finds what libmicrohttpd 0.9.75 skips without an error: a NUL, a bare line feed, a folded line, an empty name, a second
/// space in the request line. It parses in place and hands out pointers into its receive buffer, so whatever it skipped
/// shows as a gap between two of them.
///
/// This rests on how that version stores a header section, read in its source (connection.c), run with the corpus, and seen at
/// each start (``LibraryBehaviour``).
enum ParserGaps {
    /// Whether the pieces follow each other without a gap from the method to the end of the header section.
    static func hasNoGap(
        method: UnsafePointer<CChar>, methodLength: Int, targetLength: Int, version: UnsafePointer<CChar>,
        lines: [FieldLine], headerSize: Int
    ) -> Bool {
        let start = unsafe UnsafeRawPointer(method)
        let versionStart = unsafe UnsafeRawPointer(version)
        guard unsafe versionStart - start == methodLength + 1 + targetLength + 1 else { return false }
        var end = unsafe versionStart + 8  // "HTTP/1.1"
        for line in lines {
            guard unsafe line.name.baseAddress == end + 2, let next = unsafe endOfValue(line) else { return false }
            unsafe end = next
        }
        return unsafe start + headerSize == end + 4
    }

    /// The end of the value; nil unless only white space is between the name's colon and the value (RFC 9112 §5).
    private static func endOfValue(_ line: FieldLine) -> UnsafeRawPointer? {
        guard let name = unsafe line.name.baseAddress, let value = unsafe line.value.baseAddress else { return nil }
        var position = unsafe name + line.name.count + 1
        guard unsafe position <= value else { return nil }
        while unsafe position < value {
            let byte = unsafe position.load(as: UInt8.self)
            guard byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") else { return nil }
            unsafe position += 1
        }
        return unsafe value + line.value.count
    }
}
