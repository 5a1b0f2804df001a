import CMicroHTTPD
import Glibc
import HTTPExchange
import HTTPTypes

extension Reply {
    /// Hands the reply to libmicrohttpd, which borrows the content and copies the fields. Call it inside the access callback
    /// of the connection only. False if the library refuses, which ends the connection.
    ///
    /// - Parameter streamed: reads the stream, if the reply has one and the client gets it.
    func queue(on handle: OpaquePointer, _ streamed: StreamedReply?, closing: Bool) -> Bool {
        let made = unsafe stream == nil ? makeResponse() : makeResponse(reading: streamed)
        guard let response = unsafe made else { return false }
        defer { unsafe MHD_destroy_response(response) }  // the queue holds a reference of its own
        if LibraryBehaviour.observed.sendsJoinedFields {
            unsafe JoinedFields.add(fields, to: response)
        } else {
            for (name, value) in fields.lines { _ = unsafe MHD_add_response_header(response, name, value) }
        }
        if closing { _ = unsafe MHD_add_response_header(response, "Connection", "close") }
        return unsafe MHD_queue_response(handle, UInt32(status.code), response) == .YES
    }

    /// A 304 and a reply to HEAD keep the content too: the library sends its length and not its bytes.
    private func makeResponse() -> OpaquePointer? {
        guard !body.bytes.isEmpty else {
            return unsafe MHD_create_response_from_buffer(0, nil, .RESPMEM_PERSISTENT)
        }
        // Retained here, released by the library's free callback when the last connection has sent it. The pointer
        // outlives the closure because: an array keeps its elements in one heap block that lives and stays in place as
        // long as the array, and the retained body holds the array and never changes it.
        let lent = unsafe Unmanaged.passRetained(body)
        let response = unsafe body.bytes.withUnsafeBytes { bytes in
            unsafe MHD_create_response_from_buffer_with_free_callback_cls(
                bytes.count, UnsafeMutableRawPointer(mutating: bytes.baseAddress),
                { unsafe Unmanaged<Body>.fromOpaque($0!).release() },
                lent.toOpaque())
        }
        if unsafe response == nil { unsafe lent.release() }
        return unsafe response
    }

    /// Without a reader for HEAD. The library ends a chunked reply to HEAD with the chunk that is the last one of a body, and
    /// the client takes that for the next reply (connection.c of 0.9.75). So this one is not chunked, and the connection ends.
    private func makeResponse(reading streamed: StreamedReply?) -> OpaquePointer? {
        // Retained here, released by the library's free callback when the request has ended.
        let retained = unsafe streamed.map { unsafe Unmanaged.passRetained($0) }
        let response = unsafe MHD_create_response_from_callback(
            Self.unknownSize, Self.blockSize,
            { context, _, buffer, size in
                unsafe Unmanaged<StreamedReply>.fromOpaque(context!).takeUnretainedValue()
                    .read(into: UnsafeMutableRawBufferPointer(start: buffer, count: size))
            },
            retained?.toOpaque(),
            { context in
                if let context = unsafe context { unsafe Unmanaged<StreamedReply>.fromOpaque(context).release() }
            })
        if unsafe response == nil { unsafe retained?.release() }
        if streamed == nil, let response = unsafe response { unsafe shim_send_without_chunks(response) }
        return unsafe response
    }

    /// `MHD_SIZE_UNKNOWN`: in chunks, or to a client of HTTP/1.0 until the connection closes (RFC 9112 §6.3).
    private static let unknownSize = UInt64.max
    /// Bytes that the library sends at a time where it sends no chunks. Each response has a block of so many.
    private static let blockSize = 512
}

/// Hands all fields of a reply to libmicrohttpd as one, whose value holds the others after line breaks. A field costs the
/// library three allocations and five searches, and a hit has a dozen of them: a quarter of all its instructions.
///
/// The library takes no value with a line break, so each is written into its own copy of the value afterwards. That it keeps
/// one, writes it as it is and hands out a pointer to it was read in the source of 0.9.75 (response.c, connection.c) and is
/// seen at each start; where it is not so, fields are added one by one (``LibraryBehaviour/sendsJoinedFields``).
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

    /// - Parameter text: ends with a NUL; this function replaces the colon of its first line by another.
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
