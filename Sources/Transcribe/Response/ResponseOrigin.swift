import Curl
import Formats

/// What is wrong with a response that does not have the form AWS documents.
public enum MalformedResponse: String, Error, Hashable, Sendable, CaseIterable {
    /// Not HTTP/1, or compressed although the request did not accept that.
    case notPlainHTTP = "not plain HTTP/1"
    /// Larger than the client reads.
    case tooLarge = "too large"
    /// A redirect. It is not followed, because the credentials are for one host.
    case redirect = "a redirect"
    /// Not JSON, cut short, or with members of another type than AWS documents.
    case notAJob = "not the JSON of a job"
    /// The same, where the response should be a list of jobs.
    case notAList = "not the JSON of a list of jobs"
    /// JSON without a job in it.
    case withoutJob = "without a job"
    /// A job of another name than the one asked for.
    case anotherJob = "another job than the one asked for"
}

/// The status, error code and request ID of a response, safe to log and to show.
public struct ResponseOrigin: Hashable, Sendable {
    /// The HTTP status.
    public let status: Int
    /// The code of the error, if there is one.
    public let code: ErrorCode?
    /// AWS's ID of the request (`x-amzn-RequestId`), which its support asks for.
    public let requestID: String?

    public init(status: Int, code: ErrorCode? = nil, requestID: String? = nil) {
        self.status = status
        self.code = code
        self.requestID = requestID
    }
}

extension ResponseOrigin: CustomStringConvertible {
    /// `status 403, AccessDeniedException, request 4f1b-22`.
    public var description: String {
        (["status \(status)"] + [code?.text, requestID.map { "request \($0)" }].compactMap(\.self))
            .joined(separator: ", ")
    }
}

extension CurlResponse {
    /// The origin of an output, or of an error without a code.
    var origin: ResponseOrigin { ResponseOrigin(status: status, requestID: requestID) }

    /// AWS's ID of the request; nil too unless it is a plain name, which is safe to show.
    var requestID: String? {
        headers["x-amzn-RequestId"].flatMap { $0.isName(maximumLength: 100) ? $0 : nil }
    }
}
