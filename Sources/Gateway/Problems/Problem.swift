import HTTPExchange
public import HTTPTypes
import Telemetry
import Transcribe

/// An answer that is no job: what was wrong, what is allowed, what to do (RFC 9457). Its texts stand in this program. They
/// repeat nothing that AWS or a library said, and nothing of the request.
public struct Problem: Error, Sendable {
    public let type: ProblemType
    public let status: HTTPResponse.Status
    public private(set) var detail: String
    /// The value of `Allow`, with 405.
    var allow: String?
    /// Whole seconds for `Retry-After`, at least 1.
    var retryAfter: Int?
    /// AWS's name for the request that failed, where there was one.
    var awsRequestID: String?

    /// - Parameter status: one of the type's; nil is the usual one.
    init(_ type: ProblemType, _ detail: String, status: HTTPResponse.Status? = nil) {
        self.type = type
        self.status = status ?? type.statuses[0]
        self.detail = detail
    }

    /// The same problem with a time after which to try again: never early, at least a second, and at most an hour, however
    /// long AWS asks to wait.
    func retrying(after delay: Duration) -> Problem {
        let (seconds, rest) = delay.components
        var problem = self
        problem.retryAfter = Int(min(max(1, seconds), 3_599)) + (rest > 0 && seconds > 0 ? 1 : 0)
        return problem
    }
}

// What a client did wrong.
extension Problem {
    static let noSuchRoute = Problem(
        .noSuchRoute, "Nothing is at this path. Use /jobs/{name} with the name of a job; /docs shows the rest.")

    static func methodNotAllowed(allow: String) -> Problem {
        var problem = Problem(.methodNotAllowed, "This URL cannot be used with this method. Use one of \(allow).")
        problem.allow = allow
        return problem
    }

    static func invalidQuery(_ detail: String) -> Problem {
        Problem(.invalidQuery, detail)
    }

    static func invalidJobName(_ error: JobNameError) -> Problem {
        Problem(.invalidJobName, error.description)
    }

    static let clientNotAllowed = Problem(
        .clientNotAllowed,
        """
        This gateway answers clients of certain addresses only, and the request came from another one. Ask the gateway's \
        operator to add it to clients.allow.
        """)

    static let wrongHost = Problem(
        .wrongHost,
        """
        This gateway does not answer under the name in the request's Host. Use another name of it, or ask its operator to \
        add this one to listen.hosts.
        """)

    /// - Parameter cost: the requests that this one counts as, of which the client has `remaining`.
    static func quotaExceeded(cost: Int, remaining: Int, retryAfter seconds: Int) -> Problem {
        var problem = Problem(
            .quotaExceeded,
            cost == 1
                ? "This client has used up its quota of requests. Send the next one in \(seconds) s."
                : """
                This request counts as \(cost), one for each job, and the client's quota has \(remaining) left. Send it \
                again in \(seconds) s.
                """)
        problem.retryAfter = seconds
        return problem
    }

    /// Of a request that its client's limit never admits, however long the client waits.
    static func costsMoreThanLimit(_ cost: Int, most: Int) -> Problem {
        .invalidQuery(
            """
            The query names \(cost) jobs, and this gateway takes \(most) at once, because each counts as one request of the \
            client's limit. Ask for the others in further requests.
            """)
    }
}

extension Problem {
    /// - Parameter region: where the gateway looks; nil if no setting names it.
    static func jobNotFound(inRegion region: String?) -> Problem {
        Problem(
            .jobNotFound,
            """
            Amazon Transcribe has no medical transcription job of this name in the gateway's AWS account\
            \(region.map { ", region \($0)" } ?? " and region"). Check the name: upper and lower case count, and AWS keeps a \
            job for 90 days.
            """)
    }

    /// The same problem in the words of another one of its type.
    func worded(as other: Problem) -> Problem {
        guard type == other.type else { return self }
        var problem = self
        problem.detail = other.detail
        return problem
    }
}

extension Problem {
    /// The reply that says this problem: a document, or a page where the client prefers one.
    func reply(in context: RequestContext, page: (Problem) -> Page) -> Reply {
        var fields = FieldBlock(reserving: 512)
        if context.prefersHTML {
            fields.append(contentsOf: .page)
        } else {
            fields.append(.contentType, "application/problem+json")
            fields.append(.cacheControl, "no-store")
        }
        fields.append(.vary, "Accept, Origin")
        fields.append(contentsOf: .security)
        fields.append(context)
        if let allow { fields.append(.allow, allow) }
        if let retryAfter { fields.append(starting: .retryAfter) { $0.write(retryAfter) } }
        let body = context.prefersHTML ? page(self).body : Body(document(for: context))
        return Reply(status: status, fields: fields, body: body)
    }

    private func document(for context: RequestContext) -> [UInt8] {
        var text = TextBuffer(reserving: 640)
        text.append(self, instance: context.path, requestID: context.id.text)
        return text.bytes
    }
}

extension TextBuffer {
    /// Appends the members of RFC 9457 §3.1, and ours.
    ///
    /// - Parameters:
    ///   - instance: the path of the request; nil where the problem is a part of an answer.
    ///   - requestID: nil there too.
    mutating func append(_ problem: Problem, instance: String? = nil, requestID: String? = nil) {
        openObject()
        member("type", problem.type.uri)
        member("code", problem.type.rawValue)
        member("title", problem.type.title)
        member("status", problem.status.code)
        member("detail", problem.detail)
        member("instance", instance)
        member("requestId", requestID)
        member("awsRequestId", problem.awsRequestID)
        if problem.type == .quotaExceeded { appendViolatedPolicies() }
        closeObject()
    }

    /// The member that the registered type quota-exceeded requires; "client" is the name in `RateLimit-Policy`.
    fileprivate mutating func appendViolatedPolicies() {
        key("violated-policies")
        openArray()
        string("client")
        closeArray()
    }
}
