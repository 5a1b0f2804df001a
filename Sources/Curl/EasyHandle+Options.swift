import CCurl

/// The options of a transfer, by purpose. `CURLOPT_…(3)` of the names used here says what each does.
extension EasyHandle {
    /// Only HTTP/1.1, only one exchange, no signals, nothing read from the user's files.
    func restrict() throws(CurlError) {
        try set(CURLOPT_NOSIGNAL, true)
        // Without it a look-up that hangs holds the thread until the resolver gives up.
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
        if let authorities { try set(CURLOPT_CAINFO, authorities) }
        // libcurl parses the authorities once for all connections only if they come from a file alone
        // (CURLOPT_CA_CACHE_TIMEOUT(3)); else each connection has its own copy.
        try set(CURLOPT_CAPATH, nil)
    }

    func limit(time: Duration, connecting: Duration, body: Int) throws(CurlError) {
        try set(CURLOPT_TIMEOUT_MS, time)
        try set(CURLOPT_CONNECTTIMEOUT_MS, min(connecting, time))
        try set(limit: body)
        // An idle connection is dropped before the usual 60 s of servers and load balancers, and each one after a
        // while, so that a host that moved is found again.
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
        // Empty means none, not even the environment's.
        if request.bypassesProxies { try set(CURLOPT_PROXY, "") }
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
