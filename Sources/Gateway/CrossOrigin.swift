import HTTPExchange
import HTTPTypes

/// Which web pages of other origins may read answers (Fetch Standard §3.2, CORS). None unless the operator names them;
/// credentials are never allowed, so no browser adds any.
public enum CrossOrigin: Sendable {
    case any
    /// Origins exactly as browsers send them: `https://app.example`.
    case only([String])

    func admits(_ origin: String) -> Bool {
        switch self {
        case .any: true
        case .only(let origins): origins.contains(origin)
        }
    }
}

extension FieldBlock {
    /// What lets the page of `origin` read this answer.
    mutating func append(sharingWith origin: String) {
        append(.accessControlAllowOrigin, origin)
        append(
            .accessControlExposeHeaders,
            "Age, Cache-Status, ETag, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id")
        append(.crossOriginResourcePolicy, "cross-origin")
    }

    /// What lets it send the requests that it asked about.
    static let preflight = {
        var fields = FieldBlock()
        fields.append(.accessControlAllowMethods, "GET, HEAD")
        fields.append(.accessControlAllowHeaders, "Cache-Control, If-None-Match, X-Request-Id")
        fields.append(.accessControlMaxAge, "7200")
        return fields
    }()
}
