import Formats

/// One HTTP/1.1 request as ``CurlClient`` sends it: these fields, `Host` and the framing of the body; nothing else.
public struct CurlRequest: Sendable {
    /// Spelled as it is sent (RFC 9110 §9.1: methods are case-sensitive).
    public var method: String
    /// Absolute, `https:` or `http:`. The path is sent as it stands: no dot segment is removed, so a signature over it
    /// stays valid.
    public var url: String
    /// In the order in which they are sent. Without `Content-Length` and `Transfer-Encoding`, which the client writes.
    public var headers: [(name: String, value: String)]
    public var body: [UInt8]
    /// In place of ``CurlOptions/connectTimeout``.
    public var connectTimeout: Duration?
    /// Connects directly to the host, whatever proxies the environment names: a link-local source of credentials is on
    /// this machine, and a proxy would ask the source on its own machine.
    public var bypassesProxies: Bool
    /// Opens a connection of its own in place of a kept one; afterwards that is kept too.
    public var opensConnection: Bool
    /// Connects to the Unix socket at this path, whatever host the URL names.
    public var socketPath: String?

    public init(
        method: String = "GET", url: String, headers: [(name: String, value: String)] = [], body: [UInt8] = [],
        connectTimeout: Duration? = nil, bypassesProxies: Bool = false, opensConnection: Bool = false,
        socketPath: String? = nil
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.connectTimeout = connectTimeout
        self.bypassesProxies = bypassesProxies
        self.opensConnection = opensConnection
        self.socketPath = socketPath
    }
}

extension CurlRequest {
    /// This request for another attempt, after one that ended with `error`. If that one used a connection, all later ones open
    /// their own: a device on the way that dropped one idle connection has mostly dropped the others too.
    package func repeated(after error: CurlError) -> CurlRequest {
        var request = self
        request.opensConnection = opensConnection || error.requestMayHaveArrived
        return request
    }
}

/// libcurl writes method, URL and fields into the request as they are, so characters that could end a line are refused before.
extension CurlRequest {
    /// The scheme to which libcurl is restricted for this request.
    enum Scheme: String, CaseIterable {
        case http, https
    }

    /// - Throws: ``CurlError/malformedRequest(_:)`` or ``CurlError/unsupportedURL``.
    func check() throws(CurlError) {
        guard method.isToken else { throw .malformedRequest(.method) }
        _ = try scheme()
        for (name, value) in headers {
            guard name.isToken, !Self.isFraming(name) else { throw .malformedRequest(.headerName) }
            guard value.isFieldValue else { throw .malformedRequest(.headerValue) }
        }
    }

    /// - Throws: ``CurlError/unsupportedURL`` unless the URL is absolute, of one of our schemes, and printable ASCII.
    func scheme() throws(CurlError) -> Scheme {
        let bytes = url.utf8
        guard url.hasOnly({ $0 > 0x20 && $0 < 0x7F }), let end = bytes.firstIndex(of: UInt8(ascii: ":")),
            bytes[end...].starts(with: "://".utf8),
            let scheme = Scheme.allCases.first(where: { String(url[..<end]).equals(ignoringCase: $0.rawValue) })
        else { throw .unsupportedURL }
        return scheme
    }

    /// A field that contradicts the client's own about the end of the body allows request smuggling (RFC 9112 §11.2).
    private static func isFraming(_ name: String) -> Bool {
        name.equals(ignoringCase: "content-length") || name.equals(ignoringCase: "transfer-encoding")
    }
}
