public import Formats

/// A whole response of any status. A redirect is a response too; it is not followed.
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

    /// The time of the response by the server's clock (`Date`, RFC 9110 §6.6.1), which has whole seconds.
    public var date: Timestamp? { headers["Date"].flatMap(Timestamp.init(httpDate:)) }
}

/// The header fields of a response, in order of arrival.
public struct CurlHeaders: Sendable {
    public let fields: [(name: String, value: String)]

    public init(_ fields: [(name: String, value: String)] = []) {
        self.fields = fields
    }

    /// The first value of this name in any case (RFC 9110 §5.1), or nil.
    public subscript(name: String) -> String? {
        fields.first { $0.name.equals(ignoringCase: name) }?.value
    }
}
