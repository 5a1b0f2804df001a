extension ProblemType {
    /// What the type means and what to do, for whoever follows its link.
    var explanation: String {
        switch self {
        case .malformedRequest:
            """
            The request breaks a rule of HTTP that keeps servers and proxies agreed on where it ends. The detail names \
            the rule; HTTP libraries keep them all.
            """
        case .targetTooLong: "The path and the query together are longer than this server reads. No job needs so much."
        case .tooManyHeaderFields: "The request has more header fields than this server reads. Send fewer."
        case .contentTooLarge: "The request's content is larger than this server reads."
        case .contentNotAllowed: "GET and HEAD have no content here. Send the request without it."
        case .unsupportedFeature: "The request relies on a feature of HTTP that this server does not have."
        case .wrongHost:
            """
            The request's Host is not one that this server answers for, a guard against pages of strangers. If the name \
            is right, the operator adds it to listen.hosts.
            """
        case .noSuchRoute: "The URL leads nowhere. Jobs are at /jobs/{name}."
        case .methodNotAllowed: "The method cannot be used with this URL. The Allow field lists those that can."
        case .invalidQuery: "A member of the query is unknown, repeated, or has a value that is not allowed."
        case .invalidJobName: "A job name is 1 to 200 characters, each a letter a-z or A-Z, a digit, '.', '_' or '-'."
        case .jobNotFound:
            """
            Amazon Transcribe knows no medical transcription job of this name in the gateway's account and region. \
            Names are case-sensitive, and AWS forgets jobs after 90 days.
            """
        case .quotaExceeded: "The client has sent more requests than its quota allows. Retry-After says when to go on."
        case .upstreamThrottled:
            """
            Amazon Transcribe limits the requests of the gateway's AWS account. It is AWS's limit, not the client's; \
            Retry-After says when to try again.
            """
        case .upstreamBudget:
            """
            The gateway asks Amazon Transcribe only so often, to keep the account within its quota, and has done so. \
            Retry-After says when to try again.
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
