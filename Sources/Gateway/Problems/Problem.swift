import HTTPExchange
public import HTTPTypes
import Telemetry
import Transcribe

/// An answer that is no job: what was wrong, what is allowed, what to do (RFC 9457). Its texts stand in this program. They
/// repeat nothing that AWS or a library said, and nothing of the request.
public struct Problem: Error, Sendable {
    public let type: ProblemType
    public let status: HTTPResponse.Status
    public let detail: String
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
        .noSuchRoute,
        "This server answers GET /jobs/{name}, where {name} is the name of a job; /openapi.yaml describes the rest.")

    static func methodNotAllowed(allow: String) -> Problem {
        var problem = Problem(.methodNotAllowed, "This URL can be used with: \(allow).")
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
        "The address that the request came from is not one that this server was told to answer (clients.allow).")

    static let wrongHost = Problem(
        .wrongHost,
        "The Host of the request is not one that this server was told to answer for (listen.hosts).")

    /// - Parameter cost: the requests that this one counts as, of which the client has `remaining`.
    static func quotaExceeded(cost: Int, remaining: Int, retryAfter seconds: Int) -> Problem {
        var problem = Problem(
            .quotaExceeded,
            cost == 1
                ? "This client has sent too many requests. It may send the next one in \(seconds) s."
                : """
                This request counts as \(cost), one for each job, and the client may send \(remaining) now. It may send this \
                one in \(seconds) s.
                """)
        problem.retryAfter = seconds
        return problem
    }

    /// Of a request that its client's limit never admits, however long the client waits.
    static func costsMoreThanLimit(_ cost: Int, most: Int) -> Problem {
        .invalidQuery(
            """
            The query names \(cost) jobs, and this gateway takes \(most) at once, because each counts as one request of the \
            client's limit.
            """)
    }
}

extension Problem {
    /// The reply that says this problem: a document, or a page where the client prefers one.
    func reply(in context: RequestContext) -> Reply {
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
        let page = context.prefersHTML ? Page(self, requestID: context.id.text).body : nil
        return Reply(status: status, fields: fields, body: page ?? Body(document(for: context)))
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
