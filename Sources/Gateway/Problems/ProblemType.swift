public import HTTPTypes

/// The kinds of problem this gateway reports: each has a page of its own at `/problems/{slug}`.
public enum ProblemType: String, CaseIterable, Sendable {
    case malformedRequest = "malformed-request"
    case targetTooLong = "target-too-long"
    case tooManyHeaderFields = "too-many-header-fields"
    case contentTooLarge = "content-too-large"
    case contentNotAllowed = "content-not-allowed"
    case unsupportedFeature = "unsupported-feature"
    case invalidForwarding = "invalid-forwarding"
    case clientNotAllowed = "client-not-allowed"
    case wrongHost = "wrong-host"
    case noSuchRoute = "no-such-route"
    case methodNotAllowed = "method-not-allowed"
    case invalidQuery = "invalid-query"
    case invalidJobName = "invalid-job-name"
    case jobNotFound = "job-not-found"
    case quotaExceeded = "quota-exceeded"
    case tooManyWatches = "too-many-watches"
    case upstreamThrottled = "upstream-throttled"
    case upstreamBudget = "upstream-budget"
    case upstreamUnavailable = "upstream-unavailable"
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

    /// The statuses that problems of this type can have, the usual one first.
    public var statuses: [HTTPResponse.Status] {
        switch self {
        case .malformedRequest, .contentNotAllowed, .invalidForwarding, .invalidQuery, .invalidJobName: [.badRequest]
        case .targetTooLong: [.uriTooLong]
        case .tooManyHeaderFields: [.requestHeaderFieldsTooLarge]
        case .contentTooLarge: [.contentTooLarge]
        case .unsupportedFeature: [.notImplemented, .expectationFailed]
        case .clientNotAllowed, .purgingNotAllowed: [.forbidden]
        case .wrongHost: [.misdirectedRequest]
        case .noSuchRoute, .jobNotFound: [.notFound]
        case .methodNotAllowed: [.methodNotAllowed]
        case .quotaExceeded: [.tooManyRequests]
        case .tooManyWatches: [.tooManyRequests, .serviceUnavailable]
        case .upstreamThrottled, .upstreamBudget, .upstreamUnavailable, .overloaded, .stopping: [.serviceUnavailable]
        case .accessDenied, .credentials, .upstreamFailed: [.badGateway]
        case .upstreamTimeout: [.gatewayTimeout, .serviceUnavailable]
        case .notCached: [.gatewayTimeout]
        }
    }

    /// The `title` member: the same for every occurrence (RFC 9457 §3.1.3).
    public var title: String {
        switch self {
        case .malformedRequest: "The request is not valid HTTP"
        case .targetTooLong: "The request's URL is too long"
        case .tooManyHeaderFields: "The request's header fields are too many or too large"
        case .contentTooLarge: "The request's content is too large"
        case .contentNotAllowed: "The request must not have content"
        case .unsupportedFeature: "The request needs an HTTP feature that is not supported"
        case .invalidForwarding: "The client's address cannot be read"
        case .clientNotAllowed: "This client is not answered"
        case .wrongHost: "This server does not answer for that host"
        case .noSuchRoute: "There is nothing at this URL"
        case .methodNotAllowed: "The method is not allowed here"
        case .invalidQuery: "The query is not valid"
        case .invalidJobName: "The job name is not valid"
        case .jobNotFound: "There is no such job"
        case .quotaExceeded: "The client's request quota is used up"
        case .tooManyWatches: "Too many requests watch jobs"
        case .upstreamThrottled: "Amazon Transcribe is limiting requests"
        case .upstreamBudget: "The budget for requests to Amazon Transcribe is used up"
        case .upstreamUnavailable: "Amazon Transcribe is failing"
        case .overloaded: "The gateway is overloaded"
        case .stopping: "The gateway is stopping"
        case .accessDenied: "The gateway may not look up the job"
        case .credentials: "The gateway has no valid AWS credentials"
        case .upstreamFailed: "Amazon Transcribe did not give a usable answer"
        case .upstreamTimeout: "Amazon Transcribe did not answer in time"
        case .notCached: "The cache has no answer that is fresh enough"
        case .purgingNotAllowed: "The cache may not be purged from here"
        }
    }
}

extension ProblemType {
    /// What the type means and what to do: the content of its page.
    var explanation: String {
        switch self {
        case .malformedRequest:
            """
            The request breaks a rule of HTTP that keeps servers and proxies agreed on where it ends. The detail names \
            the rule; HTTP libraries keep them all.
            """
        case .targetTooLong: "The path and the query together are longer than this server reads. No job needs so much."
        case .tooManyHeaderFields:
            "The request has more header fields, or longer ones, than this server reads. Send fewer; often it is a cookie."
        case .contentTooLarge: "The request's content is larger than this server reads."
        case .contentNotAllowed: "GET and HEAD have no content here. Send the request without it."
        case .unsupportedFeature: "The request needs a feature of HTTP that this server does not have."
        case .invalidForwarding:
            """
            A trusted proxy has to append the address of its client to X-Forwarded-For: an IP address, perhaps with a \
            port. What it appended is none, so the gateway does not know the client. The operator corrects the \
            configuration of the proxy.
            """
        case .clientNotAllowed:
            """
            The gateway answers clients of certain addresses only. If the client should be one of them, the operator adds \
            its address to clients.allow, and the proxy between them, if there is one, to clients.trustedProxies.
            """
        case .wrongHost:
            """
            The request's Host is not one that this server answers for. That keeps pages of other sites from reaching it \
            under their own name. If the name is right, the operator adds it to listen.hosts.
            """
        case .noSuchRoute: "There is nothing at this URL. Jobs are at /jobs/{name}."
        case .methodNotAllowed: "The method cannot be used with this URL. The Allow field lists those that can."
        case .invalidQuery: "A member of the query is unknown, repeated, or has a value that is not allowed."
        case .invalidJobName: "A job name is 1 to 200 characters, each a letter a-z or A-Z, a digit, '.', '_' or '-'."
        case .jobNotFound:
            """
            Amazon Transcribe knows no medical transcription job of this name in the gateway's account and region. \
            Names are case-sensitive, and AWS forgets jobs after 90 days.
            """
        case .quotaExceeded:
            "The client has sent more requests than its quota allows. Retry-After says when to send the next one."
        case .tooManyWatches:
            """
            Requests that wait for a change of a job, and event streams, are limited for each client (429) and for all \
            together (503). Close some, or look at the job without waiting. One request can name up to 100 jobs.
            """
        case .upstreamThrottled:
            """
            Amazon Transcribe limits the requests of the gateway's AWS account. It is AWS's limit, not the client's; \
            Retry-After says when to try again.
            """
        case .upstreamBudget:
            """
            The gateway limits its own requests to Amazon Transcribe, to keep the account within its quota, and that \
            limit is reached. Retry-After says when to try again.
            """
        case .upstreamUnavailable:
            """
            So many requests to Amazon Transcribe have failed that the gateway makes none for a while, and then a few to \
            see whether it is back. Retry-After says when to try again.
            """
        case .overloaded: "More requests wait for Amazon Transcribe than the gateway allows. Try again shortly."
        case .stopping: "The gateway was stopped before the request could be answered. Try again."
        case .accessDenied:
            "The gateway's AWS role lacks the permission transcribe:GetMedicalTranscriptionJob. Its operator adds it."
        case .credentials: "The gateway has no AWS credentials, or AWS does not accept them. Its operator renews them."
        case .upstreamFailed: "Amazon Transcribe could not be reached, or its answer not be used. Try again later."
        case .upstreamTimeout: "Amazon Transcribe did not answer within the time allowed. Try again later."
        case .purgingNotAllowed:
            """
            What the gateway remembers of jobs can be purged from the machine it runs on; from elsewhere only if its \
            operator allows that (admin.purge).
            """
        case .notCached:
            """
            The request's Cache-Control says only-if-cached, and nothing that is fresh enough is in the cache. Leave the \
            directive out to have Amazon Transcribe asked.
            """
        }
    }
}
