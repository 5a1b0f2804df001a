import CCurl

/// libcurl's easy handle: one transfer at a time, used again for the next (libcurl-easy(3)). Used by one thread only.
@safe final class EasyHandle {
    /// The handle's address, by which libcurl names a transfer.
    struct ID: Hashable {
        private let address: UInt

        init(_ handle: UnsafeMutableRawPointer?) {
            address = UInt(bitPattern: handle)
        }
    }

    let handle: UnsafeMutableRawPointer
    /// libcurl reads the list until the transfer has ended.
    private var headers: HeaderList?

    init() {
        guard let handle = unsafe curl_easy_init() else { fatalError("out of memory for libcurl's easy handle") }
        unsafe self.handle = unsafe handle
    }

    deinit {
        unsafe curl_easy_cleanup(handle)
    }

    var id: ID { unsafe ID(handle) }

    /// Forgets all options. It must not be in a multi handle.
    func reset() {
        unsafe curl_easy_reset(handle)
        headers = nil
    }

    func set(_ option: CURLoption, _ value: Int) throws(CurlError) {
        try check(unsafe ccurl_set_long(handle, option, value))
    }

    func set(_ option: CURLoption, _ value: Bool) throws(CurlError) {
        try set(option, value ? 1 : 0)
    }

    func set(_ option: CURLoption, _ value: Duration) throws(CurlError) {
        try set(option, value.wholeMilliseconds)
    }

    /// libcurl copies the text; nil takes a default away.
    func set(_ option: CURLoption, _ value: String?) throws(CurlError) {
        guard let value else { return try check(unsafe ccurl_set_string(handle, option, nil)) }
        try check(unsafe value.withCString { unsafe ccurl_set_string(handle, option, $0) })
    }

    func set(_ list: HeaderList) throws(CurlError) {
        headers = list
        try check(unsafe ccurl_set_list(handle, CURLOPT_HTTPHEADER, list.first))
    }

    /// libcurl copies the bytes.
    func set(content: [UInt8]) throws(CurlError) {
        try check(unsafe ccurl_set_offset(handle, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(content.count)))
        try check(
            unsafe content.withUnsafeBytes { unsafe ccurl_set_pointer(handle, CURLOPT_COPYPOSTFIELDS, $0.baseAddress) })
    }

    func set(limit: Int) throws(CurlError) {
        try check(unsafe ccurl_set_offset(handle, CURLOPT_MAXFILESIZE_LARGE, curl_off_t(limit)))
    }

    func info(_ info: CURLINFO) -> Int {
        var value = 0
        let code = unsafe ccurl_get_long(handle, info, &value)
        precondition(code == CURLE_OK, "libcurl does not know what it was asked for")
        return value
    }

    func check(_ code: CURLcode) throws(CurlError) {
        guard code == CURLE_OK else { throw .other(code: Int(code.rawValue)) }
    }
}
