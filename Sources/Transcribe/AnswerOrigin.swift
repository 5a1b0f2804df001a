/// What an answer of AWS says about itself, safe to log and to show.
public struct AnswerOrigin: Hashable, Sendable {
    /// The HTTP status.
    public let status: Int
    /// The error's code, if it has one.
    public let code: ErrorCode?
    /// AWS's name for the request (`x-amzn-RequestId`), by which its support can find it.
    public let requestID: String?

    public init(status: Int, code: ErrorCode? = nil, requestID: String? = nil) {
        self.status = status
        self.code = code
        self.requestID = requestID
    }
}
