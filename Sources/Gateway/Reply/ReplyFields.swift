import HTTPExchange
import HTTPTypes
import RateLimiting

extension HTTPField.Name {
    static let cacheStatus = HTTPField.Name("Cache-Status")!
    static let crossOriginResourcePolicy = HTTPField.Name("Cross-Origin-Resource-Policy")!
    static let rateLimit = HTTPField.Name("RateLimit")!
    static let rateLimitPolicy = HTTPField.Name("RateLimit-Policy")!
    static let referrerPolicy = HTTPField.Name("Referrer-Policy")!
    static let xRequestID = HTTPField.Name("X-Request-Id")!
}

extension FieldStart {
    static let age = FieldStart(.age)
    static let rateLimit = FieldStart(.rateLimit, "\"client\";r=")
    static let rateLimitPolicy = FieldStart(.rateLimitPolicy, "\"client\";q=")
    static let requestID = FieldStart(.xRequestID)
    static let retryAfter = FieldStart(.retryAfter)
    /// Pages of other origins must not embed the answer.
    static let sameOrigin = FieldStart(.crossOriginResourcePolicy, "same-origin")
}

extension FieldBlock {
    /// The fields of every reply: its type is not guessed, and the job's name is not sent to S3 as the referrer.
    static let security = {
        var fields = FieldBlock()
        fields.append(.xContentTypeOptions, "nosniff")
        fields.append(.referrerPolicy, "no-referrer")
        return fields
    }()

    /// The fields that depend on the request and not on what it asks for.
    mutating func append(_ context: RequestContext) {
        append(namesIn: context)
        if let quota = context.quota { append(quota: quota.quota, window: quota.window) }
        append(quotaLeftTo: context)
    }

    /// The request's identifier, and which pages may read the reply.
    mutating func append(namesIn context: RequestContext) {
        append(starting: .requestID) { $0.write(context.id) }
        if let origin = context.sharesWith {
            append(sharingWith: origin)
        } else {
            append(starting: .sameOrigin) { _ in }
        }
    }

    /// The limit, which is the same for all clients.
    mutating func append(quota: Int, window: Int) {
        append(starting: .rateLimitPolicy) { value in
            value.write(quota)
            value.write(";w=")
            value.write(window)
        }
    }

    /// What is left of the limit to this client.
    mutating func append(quotaLeftTo context: RequestContext) {
        guard let quota = context.quota else { return }
        append(starting: .rateLimit) { value in
            value.write(quota.remaining)
            value.write(";t=")
            value.write(quota.reset)
        }
    }
}

/// Which web pages of other origins may read answers (Fetch Standard §3.2, CORS). None unless the operator names them;
/// credentials are never allowed, so no browser adds any.
public enum CrossOrigin: Sendable {
    case any
    /// Origins exactly as browsers send them: `https://app.example`.
    case only([String])

    /// The value of `Access-Control-Allow-Origin` for a page of this origin; nil if the page may not read the answer. Where
    /// all may, the origin is not repeated. An empty value is no origin: no browser sends it.
    func allowedOrigin(for origin: String) -> String? {
        guard !origin.isEmpty else { return nil }
        return switch self {
        case .any: "*"
        case .only(let origins): origins.first { $0.utf8.elementsEqual(origin.utf8) }
        }
    }
}

extension FieldBlock {
    /// Lets pages of `origin`, or of all with `*`, read this reply.
    mutating func append(sharingWith origin: String) {
        append(.accessControlAllowOrigin, origin)
        append(
            .accessControlExposeHeaders,
            """
            Age, Cache-Status, Date, ETag, Preference-Applied, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id
            """)
        append(.crossOriginResourcePolicy, "cross-origin")
    }

    /// Lets pages of that origin send the requests that the preflight asks about.
    static let preflight = {
        var fields = FieldBlock()
        fields.append(.accessControlAllowMethods, "GET, HEAD")
        fields.append(
            .accessControlAllowHeaders,
            """
            Accept, Authorization, Cache-Control, Content-Type, If-None-Match, Last-Event-ID, Prefer, traceparent, \
            tracestate, X-Api-Key, X-Request-Id, X-Requested-With
            """)
        fields.append(.accessControlMaxAge, "7200")
        return fields
    }()
}
