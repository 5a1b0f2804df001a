import HTTPTypes
package import Transcribe

/// What the program answers by itself.
package enum Fixture {
    /// What the page's form sends: it leads to the job.
    case form(JobName)
    case home
    case file(StaticFile)
    case problem(ProblemType)
    /// Which methods there are, for any URL.
    case options

    init(path: Substring, _ query: Substring, _ method: HTTPRequest.Method) throws(Problem) {
        let place = try Place(path)
        guard try Route.isRead(method) else {
            self = .options
            return
        }
        switch place {
        case .form: self = .form(try Self.name(in: query))
        case .server: throw .noSuchRoute
        case .fixture(let fixture):
            guard query.isEmpty else { throw .invalidQuery("This URL takes no query.") }
            self = fixture
        }
    }

    /// The one job that the page's form asks for.
    private static func name(in query: Substring) throws(Problem) -> JobName {
        let members = query.split(separator: "&", omittingEmptySubsequences: false)
        guard members.count == 1, members[0].hasPrefix("name=") else {
            throw .invalidQuery("Give the name of one job: /jobs?name=NAME, or better /jobs/NAME.")
        }
        let name = members[0].dropFirst("name=".count).utf8
        return try JobName(segment: name.span)
    }
}

/// What a path leads to, whatever the query says.
private enum Place {
    case form
    /// `*`, the server as a whole: only OPTIONS can ask about it (RFC 9110 §9.3.7).
    case server
    case fixture(Fixture)

    init(_ path: Substring) throws(Problem) {
        switch path {
        case "/jobs": self = .form
        case "*": self = .server
        case "/": self = .fixture(.home)
        default:
            if let file = StaticFile.all[String(path)] {
                self = .fixture(.file(file))
            } else {
                self = .fixture(try Self.problem(at: path))
            }
        }
    }

    private static func problem(at path: Substring) throws(Problem) -> Fixture {
        let prefix = "/problems/"
        guard path.hasPrefix(prefix), let type = ProblemType(rawValue: String(path.dropFirst(prefix.count))) else {
            throw .noSuchRoute
        }
        return .problem(type)
    }
}
