import CMicroHTTPD
import Glibc
import HTTPExchange

/// All fields of a reply handed to libmicrohttpd as one, whose value holds the others behind line breaks: a field costs the
/// library three allocations and five searches, and a hit has a dozen of them, a quarter of all its instructions.
///
/// The library takes no value with a line break, so each is written into its own copy of the value afterwards. That it keeps
/// one, writes it as it is and hands out a pointer to it was read in the source of 0.9.75 (response.c, connection.c); with
/// any other version fields are added one by one (``LayoutAudit/isKnown``).
enum JoinedFields {
    /// None of the fields may be one that the library reads itself (`Connection`, `Content-Length`, `Date`,
    /// `Transfer-Encoding`).
    static func add(_ fields: FieldBlock, to response: OpaquePointer) {
        unsafe fields.bytes.withUnsafeBytes { bytes in
            unsafe withUnsafeTemporaryAllocation(byteCount: bytes.count + 1, alignment: 1) { copy in
                unsafe copy.copyMemory(from: bytes)
                unsafe copy[bytes.count] = 0
                unsafe add(copy.baseAddress!.assumingMemoryBound(to: CChar.self), to: response)
            }
        }
    }

    /// - Parameter text: ended by a NUL; the colon of its first line becomes another.
    private static func add(_ text: UnsafeMutablePointer<CChar>, to response: OpaquePointer) {
        guard let colon = unsafe strchr(text, 0x3A) else { return }
        unsafe colon.pointee = 0
        let name = unsafe text + 2
        guard unsafe MHD_add_response_header(response, name, colon + 2) == .YES,
            let value = unsafe MHD_get_response_header(response, name)
        else { return }
        unsafe breakLines(of: UnsafeMutablePointer(mutating: value))
    }

    private static func breakLines(of value: UnsafeMutablePointer<CChar>) {
        let mark = Int32(FieldBlock.lineStart)
        var next = unsafe strchr(value, mark)
        while let found = unsafe next {
            unsafe (found[0], found[1]) = (0x0D, 0x0A)
            unsafe next = strchr(found + 2, mark)
        }
    }
}
