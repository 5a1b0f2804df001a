import CMicroHTTPD
import HTTPExchange
import HTTPTypes

/// Hands a ``Reply`` to libmicrohttpd. The content is lent, the fields are copied by the library.
extension Reply {
    /// Queues this reply. Call it inside the access callback of the connection only. False if the library refuses,
    /// which ends the connection.
    func queue(on handle: OpaquePointer, closing: Bool) -> Bool {
        guard let response = unsafe makeResponse() else { return false }
        defer { unsafe MHD_destroy_response(response) }  // the queue holds a reference of its own
        unsafe addFields(to: response)
        if closing { _ = unsafe MHD_add_response_header(response, "Connection", "close") }
        return unsafe MHD_queue_response(handle, UInt32(status.code), response) == .YES
    }

    /// A 304 and an answer to HEAD keep the content too: the library sends its length and not its bytes.
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

    private func addFields(to response: OpaquePointer) {
        if LayoutAudit.isKnown {
            unsafe JoinedFields.add(fields, to: response)
        } else {
            for (name, value) in fields.lines { _ = unsafe MHD_add_response_header(response, name, value) }
        }
    }
}
