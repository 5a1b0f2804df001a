import HTTPExchange
import HTTPTypes
import Transcribe

/// What a request asks for, decided on the raw target: nothing is decoded before it is taken apart, and once after.
enum Route {
    case job(JobName, JobFields)
    case fixed(Fixture)

    /// What the program answers by itself.
    enum Fixture {
        /// What the page's form sends: it leads to the job.
        case form(JobName)
        case home
        case file(StaticFile)
        case problem(ProblemType)
        /// Which methods there are, for any URL.
        case options
    }

    /// The methods that every URL here can be used with.
    static let methods = "GET, HEAD, OPTIONS"

    /// - Parameter allowed: the job members that may be seen at all.
    init(_ request: borrowing Request, allowed: JobFields) throws(Problem) {
        let target = request.target
        let mark = target.utf8.firstIndex(of: UInt8(ascii: "?"))
        let path = try Path(target[..<(mark ?? target.endIndex)])
        guard request.method == .get || request.method == .head else {
            guard request.method == .options else { throw .methodNotAllowed(allow: Self.methods) }
            self = .fixed(.options)
            return
        }
        let query = mark.map { target[$0...].dropFirst() } ?? ""
        switch path {
        case .job(let segment):
            // The query first: what it asks for must not depend on whether the name is right.
            let fields = try JobQuery(query, allowed: allowed).fields
            self = .job(try JobName(segment: segment), fields)
        case .form: self = .fixed(.form(try FormQuery(query).name))
        case .home: self = try Self.plain(.home, query)
        case .file(let file): self = try Self.plain(.file(file), query)
        case .problem(let type): self = try Self.plain(.problem(type), query)
        case .server: throw .noSuchRoute
        }
    }

    private static func plain(_ fixture: Fixture, _ query: Substring) throws(Problem) -> Route {
        guard query.isEmpty else { throw .invalidQuery("This URL takes no query.") }
        return .fixed(fixture)
    }
}

/// A path that leads somewhere.
private enum Path {
    /// The part of `/jobs/{name}` that is the name, still encoded. A slash after it makes another path.
    case job(Substring)
    case form
    case home
    case file(StaticFile)
    case problem(ProblemType)
    /// `*`: the server as a whole, which only OPTIONS can ask about (RFC 9110 §9.3.7).
    case server

    init(_ path: Substring) throws(Problem) {
        if let segment = Self.rest(of: path, after: "/jobs/") {
            self = .job(segment)
        } else if let slug = Self.rest(of: path, after: "/problems/") {
            guard let type = ProblemType(rawValue: String(slug)) else { throw .noSuchRoute }
            self = .problem(type)
        } else if let file = StaticFile.all[String(path)] {
            self = .file(file)
        } else {
            switch path {
            case "/jobs": self = .form
            case "/": self = .home
            case "*": self = .server
            default: throw .noSuchRoute
            }
        }
    }

    /// What follows the prefix, if it is one segment.
    private static func rest(of path: Substring, after prefix: String) -> Substring? {
        guard path.utf8.starts(with: prefix.utf8) else { return nil }
        let segment = path[path.utf8.index(path.startIndex, offsetBy: prefix.utf8.count)...]
        return segment.utf8.contains(UInt8(ascii: "/")) ? nil : segment
    }
}

/// The query of the page's form.
private struct FormQuery {
    let name: JobName

    init(_ query: Substring) throws(Problem) {
        let members = query.split(separator: "&", omittingEmptySubsequences: false)
        guard members.count == 1, members[0].hasPrefix("name=") else {
            throw .invalidQuery("Give the name of one job: /jobs?name=NAME, or better /jobs/NAME.")
        }
        name = try JobName(segment: members[0].dropFirst("name=".count))
    }
}

extension JobName {
    fileprivate init(segment: Substring) throws(Problem) {
        do throws(JobNameError) {
            try self.init(pathSegment: segment)
        } catch {
            throw .invalidJobName(error)
        }
    }
}
