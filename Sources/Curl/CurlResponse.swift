/// A whole answer of any status; redirects too are answers, they are not followed.
public struct CurlResponse: Sendable {
    public let status: Int
    public let headers: CurlHeaders
    /// Not encoded, and no longer than ``CurlOptions/bodyLimit``.
    public let body: [UInt8]

    public init(status: Int, headers: CurlHeaders = CurlHeaders(), body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}
