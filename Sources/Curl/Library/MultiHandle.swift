import CCurl

/// libcurl's multi handle: the transfers under way, their connections and the cache of resolved names (libcurl-multi(3)).
///
/// `@unchecked Sendable` because: only the transfer thread uses it, but for ``wakeUp()``, which libcurl allows from any
/// thread (curl_multi_wakeup(3)) and ``SubmissionQueue`` calls only before the handle is freed.
@safe struct MultiHandle: @unchecked Sendable {
    private let handle: UnsafeMutableRawPointer

    /// Whether libcurl's own set-up succeeded, which is done once for the process (curl_global_init(3)).
    private static let isSetUp = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    /// The file of authorities that libcurl was built with (curl_version_info(3)).
    static var systemAuthorities: String? {
        // The seventh version of what it returns has this member.
        guard let information = unsafe curl_version_info(CURLVERSION_SEVENTH) else { return nil }
        return unsafe information.pointee.cainfo.map { unsafe String(cString: $0) }
    }

    /// - Parameter connections: how many it keeps at most; as many as there can be transfers.
    /// - Throws: ``CurlClient/StartError/noHandle``.
    init(connections: Int) throws(CurlClient.StartError) {
        guard Self.isSetUp, let handle = unsafe curl_multi_init() else { throw .noHandle }
        // libcurl returns a handle that cannot be woken if it got no descriptors for that (multi.c, `wakeup_create`).
        guard unsafe curl_multi_wakeup(handle) == CURLM_OK else {
            unsafe curl_multi_cleanup(handle)
            throw .noHandle
        }
        unsafe self.handle = unsafe handle
        unsafe check(ccurl_multi_set_long(handle, CURLMOPT_MAXCONNECTS, connections))
    }

    /// Starts the transfer; it goes on in ``perform()``.
    func add(_ easy: EasyHandle) throws(CurlError) {
        let code = unsafe curl_multi_add_handle(handle, easy.handle)
        guard code == CURLM_OK else { throw .other(code: Int(code.rawValue)) }
    }

    /// Ends the transfer. A connection in the middle of a response is closed.
    func remove(_ easy: EasyHandle) {
        check(unsafe curl_multi_remove_handle(handle, easy.handle))
    }

    /// Does what can be done without waiting.
    func perform() {
        var running: Int32 = 0
        check(unsafe curl_multi_perform(handle, &running))
    }

    /// The next transfer that has ended, and libcurl's code for how.
    func nextEnded() -> (EasyHandle.ID, CURLcode)? {
        var left: Int32 = 0
        while let message = unsafe curl_multi_info_read(handle, &left) {
            guard unsafe message.pointee.msg == CURLMSG_DONE else { continue }
            return unsafe (EasyHandle.ID(message.pointee.easy_handle), message.pointee.data.result)
        }
        return nil
    }

    /// Waits for a socket, for one of libcurl's own time-outs, for ``wakeUp()``, and at most this long.
    func poll(atMost pause: Duration) {
        check(unsafe curl_multi_poll(handle, nil, 0, Int32(pause.wholeMilliseconds), nil))
    }

    /// Ends the present ``poll(atMost:)``, or the next one if there is none.
    func wakeUp() {
        check(unsafe curl_multi_wakeup(handle))
    }

    /// Closes all connections and frees the handle. No transfer may be left in it.
    func free() {
        check(unsafe curl_multi_cleanup(handle))
    }

    /// The remaining errors are lack of memory and a broken handle: no transfer is reliable after them.
    private func check(_ code: CURLMcode) {
        precondition(code == CURLM_OK, "libcurl's multi handle failed")
    }
}

extension CurlClient {
    /// The version of libcurl that this process runs with.
    public static var libraryVersion: String { unsafe String(cString: ccurl_version()) }
}
