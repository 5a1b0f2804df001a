public import HTTPTypes

/// One HTTP request as the server hands it to a ``Handler``.
///
/// It borrows the connection's memory: it can be read during the call that receives it and cannot be stored. A part that is
/// needed after the call, such as a job name, has to be copied.
public struct Request: ~Copyable {
    /// The method, spelled as it was sent (RFC 9110 §9.1: methods are case-sensitive).
    public let method: HTTPRequest.Method
    /// The request target in origin form, as it was sent: neither decoded nor split (RFC 9112 §3.2.1).
    public let target: String
    /// The value of `Host`, as it was sent.
    public let host: String
    /// The address of the client that opened the connection.
    public let peer: PeerAddress
    /// The content. Empty unless the server was told to accept content and the request had some.
    public let body: [UInt8]
    /// For what the handler writes down of the request.
    public let record: RequestRecord
    /// False where there is certainly no field `traceparent`: the server reads every name, so that a handler need not look
    /// for a field that most requests have not.
    public let mayContinueTrace: Bool
    private let fields: any RequestFields

    public init(
        method: HTTPRequest.Method, target: String, host: String, peer: PeerAddress, body: [UInt8] = [],
        record: RequestRecord = RequestRecord(), mayContinueTrace: Bool = true, fields: any RequestFields
    ) {
        self.method = method
        self.target = target
        self.host = host
        self.peer = peer
        self.body = body
        self.record = record
        self.mayContinueTrace = mayContinueTrace
        self.fields = fields
    }

    /// The field's value. Several lines of one name are joined by `", "` in order of arrival (RFC 9110 §5.3).
    /// Nil if the field is absent; `""` if it is empty.
    public subscript(name: HTTPField.Name) -> String? {
        fields.value(of: name)
    }

    /// All header field lines in order of arrival, as they were sent.
    public var lines: [(name: String, value: String)] { fields.lines }
}

/// The header fields of a ``Request``: in the server's receive buffer, or in a dictionary of a test.
public protocol RequestFields {
    /// The combined value of all lines of this name, or nil.
    func value(of name: HTTPField.Name) -> String?
    /// All lines in order of arrival.
    var lines: [(name: String, value: String)] { get }
}
