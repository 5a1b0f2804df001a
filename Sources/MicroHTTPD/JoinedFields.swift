import CMicroHTTPD
import Glibc

/// All fields of a reply handed to libmicrohttpd as one, whose value holds the others behind line breaks: a field costs the
/// library three allocations and five searches, and a hit has a dozen of them, a quarter of all its instructions.
///
/// The library takes no value with a line break, so each is written into its own copy of the value afterwards. That it keeps
/// one, writes it as it is and hands out a pointer to it was read in the source of 0.9.75 (response.c, connection.c); with
/// any other version fields are added one by one (``LayoutAudit/isKnown``).
enum JoinedFields {
    /// Stands where a line will end; no field holds one, because a block's control characters are written as spaces.
    private static let mark: CChar = 1

    /// - Parameter bytes: `name NUL value NUL`, repeated; not empty. None is a field that the library reads itself
    ///   (`Connection`, `Content-Length`, `Date`, `Transfer-Encoding`).
    static func add(_ bytes: UnsafeRawBufferPointer, to response: OpaquePointer) {
        // Each NUL becomes at most two bytes, and one stays at the end.
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 2 * bytes.count) { text in
            let name = text.baseAddress!
            let value = unsafe name + join(bytes, into: name)
            guard unsafe MHD_add_response_header(response, name, value) == .YES,
                let copy = unsafe MHD_get_response_header(response, name)
            else { return }
            unsafe breakLines(of: UnsafeMutablePointer(mutating: copy))
        }
    }

    /// Writes `name NUL value`, and each further field as `mark mark name: value` behind it. Returns where the value begins.
    private static func join(_ bytes: UnsafeRawBufferPointer, into text: UnsafeMutablePointer<CChar>) -> Int {
        var source = unsafe bytes.baseAddress!.assumingMemoryBound(to: CChar.self)
        let end = unsafe source + bytes.count
        var target = unsafe stpcpy(text, source)! + 1
        let value = unsafe target - text
        unsafe source += value
        while true {
            let line = unsafe strlen(source)
            unsafe target.update(from: source, count: line)
            unsafe target += line
            unsafe source += line + 1
            guard unsafe source < end else { break }
            unsafe (target[0], target[1]) = (mark, mark)
            let name = unsafe strlen(source)
            unsafe (target + 2).update(from: source, count: name)
            unsafe target += name + 4
            unsafe (target[-2], target[-1]) = (0x3A, 0x20)
            unsafe source += name + 1
        }
        unsafe target.pointee = 0
        return value
    }

    private static func breakLines(of value: UnsafeMutablePointer<CChar>) {
        var next = unsafe strchr(value, Int32(mark))
        while let found = unsafe next {
            unsafe (found[0], found[1]) = (0x0D, 0x0A)
            unsafe next = strchr(found + 2, Int32(mark))
        }
    }
}
