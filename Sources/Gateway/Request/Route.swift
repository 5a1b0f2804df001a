package import HTTPExchange
import HTTPTypes
package import Transcribe

/// What a request asks for. The raw target is taken apart first; each part is decoded once, after that.
package enum Route {
    case job(JobName, JobQuery)
    /// The changes of a job.
    case events(JobName, JobFields)
    /// Several jobs, each once, in this order; also one job by its name in the query.
    case batch([JobName], JobFields)
    case fixed(FixedRoute)

    /// The kinds of route in the metrics. Numbered, so that each finds its metric in an array.
    enum Kind: Int, CaseIterable, Sendable {
        /// A request that was refused before its route was known.
        case none
        case job
        /// Of a job, by a client that waits for a change.
        case wait
        case events
        case batch
        case fixed

        var label: String {
            switch self {
            case .none: "none"
            case .job: "job"
            case .wait: "wait"
            case .events: "events"
            case .batch: "batch"
            case .fixed: "fixed"
            }
        }
    }

    var kind: Kind {
        switch self {
        case .job: .job
        case .events: .events
        case .batch: .batch
        case .fixed: .fixed
        }
    }

    /// Whether the request counts against its client's limit. What explains this API does not, nor does a preflight, which a
    /// browser sends by itself.
    var countsAgainstLimit: Bool {
        switch self {
        case .job, .events, .batch: true
        case .fixed(let route): route.countsAgainstLimit
        }
    }

    /// How many requests of its client's limit the request costs, if it counts against that: one for each job.
    var cost: Int {
        if case .batch(let names, _) = self { names.count } else { 1 }
    }

    /// The methods that every URL here can be used with.
    static let methods = "GET, HEAD, OPTIONS"

    /// - Parameters:
    ///   - allowed: the job members that may be seen at all.
    ///   - files: those that there are, by path.
    package init(
        _ request: borrowing Request, allowed: JobFields, files: [String: StaticFile]
    ) throws(Problem) {
        let target = request.target.utf8
        // The span's elements are read without a call for each.
        let bytes = target.span
        let mark = bytes.indices.first { bytes[$0] == UInt8(ascii: "?") }
        let query = mark.map { Substring(target.dropFirst($0 + 1)) } ?? ""
        let path = bytes.extracting(..<(mark ?? bytes.count))
        let segment = Self.jobSegment(of: path)
        guard segment != nil || path.isText("/jobs") else {
            self = .fixed(try FixedRoute(path: Substring(target.prefix(path.count)), query, request, among: files))
            return
        }
        guard try Self.isRead(request.method) else {
            self = .fixed(.options(for: request))
            return
        }
        guard let segment else {
            let query = try BatchQuery(query, allowed: allowed)
            self = .batch(query.names, query.fields)
            return
        }
        // The query is checked first, so that its problems do not depend on the name.
        let wanted = try JobQuery(query, allowed: allowed, isOfEvents: segment.isOfEvents)
        let name = try JobName(segment: bytes.extracting(segment.name))
        self = segment.isOfEvents ? .events(name, wanted.fields) : .job(name, wanted)
    }

    /// True for GET and HEAD, false for OPTIONS.
    static func isRead(_ method: HTTPRequest.Method) throws(Problem) -> Bool {
        if method == .get || method == .head { return true }
        guard method == .options else { throw .methodNotAllowed(allow: methods) }
        return false
    }

    /// Where in `/jobs/{name}` or `/jobs/{name}/events` the name stands, still encoded. Anything else after a slash makes
    /// another path.
    private static func jobSegment(of path: Span<UInt8>) -> (name: Range<Int>, isOfEvents: Bool)? {
        let prefix = "/jobs/".utf8
        let start = prefix.span
        guard path.count >= start.count else { return nil }
        for index in start.indices where path[index] != start[index] { return nil }
        for index in start.count..<path.count where path[index] == UInt8(ascii: "/") {
            return path.extracting(index...).isText("/events") ? (start.count..<index, true) : nil
        }
        return (start.count..<path.count, false)
    }
}

extension JobName {
    /// A name as it stands in a URL.
    init(segment: Span<UInt8>) throws(Problem) {
        do throws(JobNameError) {
            try self.init(pathSegment: segment)
        } catch {
            throw .invalidJobName(error)
        }
    }
}

/// A route that is answered without a job.
package enum FixedRoute {
    case home
    case file(StaticFile)
    /// All types of problem.
    case problems
    case problem(ProblemType)
    /// Which methods there are, for any URL; a preflight also asks what a page of another origin can do with it.
    case options(isPreflight: Bool)

    init(
        path: Substring, _ query: Substring, _ request: borrowing Request, among files: [String: StaticFile]
    ) throws(Problem) {
        let place = try Place(path, among: files)
        guard try Route.isRead(request.method) else {
            self = .options(for: request)
            return
        }
        switch place {
        case .server: throw .noSuchRoute
        // Without a query it was answered before the route was looked for.
        case .probe: throw .invalidQuery("This URL takes no query.")
        case .route(let route):
            guard query.isEmpty else { throw .invalidQuery("This URL takes no query.") }
            self = route
        }
    }

    static func options(for request: borrowing Request) -> FixedRoute {
        .options(isPreflight: request[.accessControlRequestMethod] != nil)
    }

    /// See ``Route/countsAgainstLimit``.
    var countsAgainstLimit: Bool {
        switch self {
        case .home, .file, .problems, .problem: false
        case .options(let isPreflight): !isPreflight
        }
    }
}

/// What a path leads to.
private enum Place {
    /// `*`, the server as a whole: only OPTIONS can ask about it (RFC 9110 §9.3.7).
    case server
    case probe
    case route(FixedRoute)

    /// Longer than the path of every route, so that the work for a long path is none.
    private static let mostBytes = 64

    init(_ path: Substring, among files: [String: StaticFile]) throws(Problem) {
        guard path.utf8.count <= Self.mostBytes else { throw .noSuchRoute }
        switch path {
        case "*": self = .server
        case Probe.liveness.rawValue, Probe.readiness.rawValue: self = .probe
        case "/": self = .route(.home)
        case "/problems": self = .route(.problems)
        default:
            if let file = files[String(path)] {
                self = .route(.file(file))
            } else {
                self = .route(try Self.problem(at: path))
            }
        }
    }

    private static func problem(at path: Substring) throws(Problem) -> FixedRoute {
        let prefix = "/problems/"
        let slug = path.utf8.dropFirst(prefix.utf8.count)
        guard path.utf8.starts(with: prefix.utf8),
            let type = ProblemType.allCases.first(where: { $0.rawValue.utf8.elementsEqual(slug) })
        else { throw .noSuchRoute }
        return .problem(type)
    }
}
