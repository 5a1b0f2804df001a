import CCurl
import Formats

/// libcurl's easy handle: one transfer at a time, used again for the next (libcurl-easy(3)). Used by one thread only.
@safe final class EasyHandle {
    /// The handle's address, by which libcurl identifies a transfer.
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

    /// libcurl copies the text. Nil removes a default.
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
        precondition(code == CURLE_OK, "libcurl does not know this information")
        return value
    }

    func check(_ code: CURLcode) throws(CurlError) {
        guard code == CURLE_OK else { throw .other(code: Int(code.rawValue)) }
    }
}

/// The options of a transfer, by purpose. `CURLOPT_…(3)` of the names used here says what each does.
extension EasyHandle {
    /// HTTP/1.1 only, no redirect, no signals, no user name in the URL.
    func restrict() throws(CurlError) {
        try set(CURLOPT_NOSIGNAL, true)
        // Without it a name look-up that hangs blocks the thread until the resolver ends it.
        try set(CURLOPT_QUICK_EXIT, true)
        try set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        try set(CURLOPT_FOLLOWLOCATION, false)
        // A user name in the URL would be sent as Basic credentials.
        try set(CURLOPT_DISALLOW_USERNAME_IN_URL, true)
        try set(CURLOPT_SUPPRESS_CONNECT_HEADERS, true)
    }

    func secure(authorities: String?) throws(CurlError) {
        try set(CURLOPT_SSL_VERIFYPEER, true)
        try set(CURLOPT_SSL_VERIFYHOST, 2)
        try set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        if let authorities {
            try set(CURLOPT_CAINFO, authorities)
            // Of a proxy that is itself asked over TLS.
            try set(CURLOPT_PROXY_CAINFO, authorities)
        }
        // libcurl parses the authorities once for all connections only if a file is their only source
        // (CURLOPT_CA_CACHE_TIMEOUT(3)); otherwise each connection has its own copy.
        try set(CURLOPT_CAPATH, nil)
    }

    func limit(time: Duration, connecting: Duration, body: Int) throws(CurlError) {
        try set(CURLOPT_TIMEOUT_MS, time)
        try set(CURLOPT_CONNECTTIMEOUT_MS, min(connecting, time))
        try set(limit: body)
        // An idle connection is closed before the usual 60 s of servers and load balancers. Every connection is closed
        // after five minutes, so that a changed address of the host is used.
        try set(CURLOPT_MAXAGE_CONN, 50)
        try set(CURLOPT_MAXLIFETIME_CONN, 300)
        try set(CURLOPT_TCP_KEEPALIVE, true)
        try set(CURLOPT_TCP_KEEPIDLE, 30)
        try set(CURLOPT_TCP_KEEPINTVL, 10)
    }

    func address(_ request: CurlRequest) throws(CurlError) {
        try set(CURLOPT_PROTOCOLS_STR, request.scheme().rawValue)
        try set(CURLOPT_URL, request.url)
        try set(CURLOPT_PATH_AS_IS, true)
        // An empty value means no proxy, not even one of the environment.
        if request.bypassesProxies { try set(CURLOPT_PROXY, "") }
        if let path = request.socketPath { try set(CURLOPT_UNIX_SOCKET_PATH, path) }
        try set(CURLOPT_FRESH_CONNECT, request.opensConnection)
        try set(HeaderList(request.headers))
        try choose(method: request.method, content: request.body)
    }

    /// Without content GET and HEAD have no framing at all; every other method says that its content is empty.
    private func choose(method: String, content: [UInt8]) throws(CurlError) {
        if method == "HEAD" { return try set(CURLOPT_NOBODY, true) }
        if method == "GET", content.isEmpty { return try set(CURLOPT_HTTPGET, true) }
        try set(CURLOPT_POST, true)
        try set(content: content)
        try set(CURLOPT_CUSTOMREQUEST, method)
    }
}

/// The header fields of a request as libcurl reads them. Freed with the object.
@safe final class HeaderList {
    private(set) var first: UnsafeMutablePointer<curl_slist>?

    /// Writes the fields, and removes those that libcurl would add by itself.
    init(_ fields: [(name: String, value: String)]) {
        for (name, value) in fields { append(Self.line(name, Substring(value.utf8.trimmingBlanks))) }
        for name in ["expect", "accept", "content-type"]
        where !fields.contains(where: { $0.name.equals(ignoringCase: name) }) {
            append("\(name):")
        }
    }

    deinit {
        unsafe curl_slist_free_all(first)
    }

    /// libcurl writes an empty value for `name;` and removes the field for `name:` (CURLOPT_HTTPHEADER(3)).
    private static func line(_ name: String, _ value: Substring) -> String {
        value.isEmpty ? "\(name);" : "\(name): \(value)"
    }

    private func append(_ line: String) {
        guard let list = unsafe curl_slist_append(first, line) else { fatalError("out of memory for a header field") }
        unsafe first = unsafe list
    }
}

extension Duration {
    /// Rounded up to whole milliseconds, between 1 (to libcurl 0 means no limit) and a day.
    var wholeMilliseconds: Int {
        let bounded = min(max(self, .milliseconds(1)), .seconds(86_400))
        let (seconds, attoseconds) = bounded.components
        return Int(seconds) * 1_000 + Int((attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }
}
