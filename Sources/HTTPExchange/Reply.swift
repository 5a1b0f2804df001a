public import HTTPTypes

/// A complete reply: a status, header fields and content.
public struct Reply: Sendable {
    public var status: HTTPResponse.Status
    public var fields: FieldBlock
    public var body: Body
    /// Content that comes in pieces, in place of ``body``.
    public var stream: (any ContentStream)?
    /// Whether the connection ends after this reply.
    public var closes: Bool

    public init(
        status: HTTPResponse.Status, fields: FieldBlock = FieldBlock(), body: Body = .empty, closes: Bool = false
    ) {
        self.status = status
        self.fields = fields
        self.body = body
        self.closes = closes
    }
}

/// Content that many replies can share. A server lends these bytes to the C library without a copy, so they never change;
/// each borrower holds a reference.
public final class Body: Sendable {
    public let bytes: [UInt8]

    public init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    public convenience init(_ text: String) {
        self.init(Array(text.utf8))
    }

    public static let empty = Body([])
}
