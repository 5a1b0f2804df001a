/// One HTTP/1.1 request as ``CurlClient`` sends it: these fields, `Host` and the framing of the body; nothing else.
public struct CurlRequest: Sendable {
    /// Spelled as it is sent (RFC 9110 §9.1: methods are case-sensitive).
    public var method: String
    /// Absolute, `https:` or `http:`. The path is sent as it stands: no dot segment is removed, so a signature over it
    /// stays valid.
    public var url: String
    /// In the order in which they are sent. `Content-Length` and `Transfer-Encoding` are the client's to write.
    public var headers: [(name: String, value: String)]
    public var body: [UInt8]
    /// In place of ``CurlOptions/connectTimeout``.
    public var connectTimeout: Duration?
    /// Goes straight to the host, whatever proxies the environment names: a link-local source of credentials means
    /// this machine, and a proxy would ask its own.
    public var bypassesProxies: Bool

    public init(
        method: String = "GET", url: String, headers: [(name: String, value: String)] = [], body: [UInt8] = [],
        connectTimeout: Duration? = nil, bypassesProxies: Bool = false
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.connectTimeout = connectTimeout
        self.bypassesProxies = bypassesProxies
    }
}
