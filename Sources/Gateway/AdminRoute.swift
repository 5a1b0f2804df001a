import HTTPExchange
import HTTPTypes
import Transcribe

/// What an operator asks for.
enum AdminRoute {
    case liveness
    case readiness
    case metrics
    /// Of one job, or of all.
    case purge(JobName?)

    private static let pages: [String: AdminRoute] = ["/livez": .liveness, "/readyz": .readiness, "/metrics": .metrics]

    init(_ request: borrowing Request) throws(Problem) {
        let (target, method) = (request.target, request.method)
        if let page = Self.pages[target] {
            guard method == .get || method == .head else { throw .methodNotAllowed(allow: "GET, HEAD") }
            self = page
        } else {
            let name = try Self.purgedName(in: target)
            guard method == .delete else { throw .methodNotAllowed(allow: "DELETE") }
            self = .purge(name)
        }
    }

    private static func purgedName(in target: String) throws(Problem) -> JobName? {
        guard target != "/cache" else { return nil }
        let prefix = "/cache/jobs/"
        guard target.hasPrefix(prefix) else { throw .noSuchAdminRoute }
        let segment = target.utf8.dropFirst(prefix.utf8.count)
        return try JobName(segment: segment.span)
    }
}

extension Problem {
    fileprivate static let noSuchAdminRoute = Problem(
        .noSuchRoute, .notFound,
        "This listener answers GET /livez, /readyz and /metrics, and DELETE /cache and /cache/jobs/{name}.")
}
