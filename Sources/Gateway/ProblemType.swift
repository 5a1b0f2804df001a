import HTTPTypes

/// The kinds of problem this gateway reports: each has a page of its own at `/problems/{slug}`.
public enum ProblemType: String, CaseIterable, Sendable {
    case malformedRequest = "malformed-request"
    case targetTooLong = "target-too-long"
    case tooManyHeaderFields = "too-many-header-fields"
    case contentTooLarge = "content-too-large"
    case contentNotAllowed = "content-not-allowed"
    case unsupportedFeature = "unsupported-feature"
    case wrongHost = "wrong-host"
    case noSuchRoute = "no-such-route"
    case methodNotAllowed = "method-not-allowed"
    case invalidQuery = "invalid-query"
    case invalidJobName = "invalid-job-name"
    case jobNotFound = "job-not-found"
    case quotaExceeded = "quota-exceeded"
    case upstreamThrottled = "upstream-throttled"
    case upstreamBudget = "upstream-budget"
    case overloaded = "overloaded"
    case stopping = "stopping"
    case accessDenied = "access-denied"
    case credentials = "credentials"
    case upstreamFailed = "upstream-failed"
    case upstreamTimeout = "upstream-timeout"
    case notCached = "not-cached"
    case purgingNotAllowed = "purging-not-allowed"

    /// The `type` member. A client's quota has a registered type (IANA's "HTTP Problem Types"); the others are ours.
    var uri: String {
        self == .quotaExceeded
            ? "https://iana.org/assignments/http-problem-types#quota-exceeded" : "/problems/\(rawValue)"
    }

    /// The `title` member: the same for every occurrence (RFC 9457 §3.1.3).
    public var title: String {
        switch self {
        case .malformedRequest: "The request is not valid HTTP"
        case .targetTooLong: "The request's URL is too long"
        case .tooManyHeaderFields: "The request has too many header fields"
        case .contentTooLarge: "The request's content is too large"
        case .contentNotAllowed: "The request must not have content"
        case .unsupportedFeature: "The request needs an HTTP feature that is not supported"
        case .wrongHost: "This server does not answer for that host"
        case .noSuchRoute: "There is nothing at this URL"
        case .methodNotAllowed: "The method is not allowed here"
        case .invalidQuery: "The query is not valid"
        case .invalidJobName: "The job name is not valid"
        case .jobNotFound: "There is no such job"
        case .quotaExceeded: "The client's request quota is used up"
        case .upstreamThrottled: "Amazon Transcribe is limiting requests"
        case .upstreamBudget: "The budget for requests to Amazon Transcribe is used up"
        case .overloaded: "The gateway is overloaded"
        case .stopping: "The gateway is stopping"
        case .accessDenied: "The gateway may not look up jobs"
        case .credentials: "The gateway has no valid AWS credentials"
        case .upstreamFailed: "Amazon Transcribe did not give a usable answer"
        case .upstreamTimeout: "Amazon Transcribe did not answer in time"
        case .notCached: "The job is not in the cache"
        case .purgingNotAllowed: "The cache may not be purged from here"
        }
    }
}
