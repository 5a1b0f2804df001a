/// A set of ASCII characters, a bit for each: whether it holds a byte is asked for every byte of every request.
package struct ASCIISet {
    private var low: UInt64 = 0
    private var high: UInt64 = 0

    package init(_ characters: String) {
        for byte in characters.utf8 {
            if byte < 64 { low |= 1 << UInt64(byte) } else { high |= 1 << UInt64(byte - 64) }
        }
    }

    /// False for what is not ASCII.
    package func contains(_ byte: UInt8) -> Bool {
        byte < 128 && (byte < 64 ? low : high) &>> UInt64(byte) & 1 == 1
    }
}

extension ASCIISet {
    private static let alphanumerics = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    /// `tchar` of RFC 9110 §5.6.2.
    package static let token = ASCIISet(alphanumerics + "!#$%&'*+-.^_`|~")
    /// What may stand in a path or query by itself: `unreserved`, `sub-delims`, `:@/?` of RFC 3986 §3.3.
    package static let target = ASCIISet(alphanumerics + "-._~!$&'()*+,;=:@/?")
    /// What no host and port holds, whatever else may be wrong with it.
    package static let outsideHost = ASCIISet("/@, \t?#\\")
}
