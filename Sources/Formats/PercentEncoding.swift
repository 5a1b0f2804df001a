extension [UInt8] {
    /// Appends `bytes`, each but the unreserved ones (RFC 3986 §2.3) as `%XX` with capital digits.
    @inlinable
    package mutating func append(percentEncoding bytes: some Sequence<UInt8>) {
        let unreserved = ASCIISet.unreserved
        for byte in bytes {
            if unreserved.contains(byte) {
                append(byte)
            } else {
                append(UInt8(ascii: "%"))
                append(.hexadecimalDigit(byte >> 4, .upper))
                append(.hexadecimalDigit(byte & 0xF, .upper))
            }
        }
    }

    /// The bytes that a percent-encoded text stands for, decoded once (RFC 3986 §2.4).
    ///
    /// - Parameter malformed: called for a `%` that no two digits follow, with the number of bytes decoded before it. If it
    ///   returns, the `%` stands for itself.
    package init<Failure: Error>(
        percentDecoding text: Span<UInt8>, malformed: (Int) throws(Failure) -> Void
    ) throws(Failure) {
        self = []
        reserveCapacity(text.count)
        var index = 0
        while index < text.count {
            if text[index] == UInt8(ascii: "%") {
                if let byte = text.byte(hexadecimalAt: index + 1) {
                    append(byte)
                    index += 3
                    continue
                }
                try malformed(count)
            }
            append(text[index])
            index += 1
        }
    }
}
