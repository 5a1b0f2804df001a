package import HTTPExchange
import HTTPTypes
package import Transcribe

/// What a request asks for, decided on the raw target: nothing is decoded before it is taken apart, and once after.
package enum Route {
    case job(JobName, JobFields)
    case fixed(Fixture)

    /// The kinds of route, as the metrics tell them. Numbered, so that each finds its metric in an array.
    enum Kind: Int, CaseIterable, Sendable {
        /// A request that was refused before its route was known.
        case none
        case job
        case fixed

        var word: String {
            switch self {
            case .none: "none"
            case .job: "job"
            case .fixed: "fixed"
            }
        }
    }

    var kind: Kind {
        switch self {
        case .job: .job
        case .fixed: .fixed
        }
    }

    /// The methods that every URL here can be used with.
    static let methods = "GET, HEAD, OPTIONS"

    /// - Parameter allowed: the job members that may be seen at all.
    package init(_ request: borrowing Request, allowed: JobFields) throws(Problem) {
        let target = request.target.utf8
        // The span's elements are read without a call for each.
        let bytes = target.span
        let mark = bytes.indices.first { bytes[$0] == UInt8(ascii: "?") }
        let query = mark.map { Substring(target.dropFirst($0 + 1)) } ?? ""
        guard let segment = Self.jobSegment(of: bytes.extracting(..<(mark ?? bytes.count))) else {
            self = .fixed(try Fixture(path: Substring(target.prefix(mark ?? bytes.count)), query, request.method))
            return
        }
        guard try Self.isRead(request.method) else {
            self = .fixed(.options)
            return
        }
        // The query first: what is wrong with it must not depend on whether the name is right.
        let fields = try JobQuery(query, allowed: allowed).fields
        self = .job(try JobName(segment: bytes.extracting(segment)), fields)
    }

    /// True for GET and HEAD, false for OPTIONS.
    static func isRead(_ method: HTTPRequest.Method) throws(Problem) -> Bool {
        if method == .get || method == .head { return true }
        guard method == .options else { throw .methodNotAllowed(allow: methods) }
        return false
    }

    /// Where in `/jobs/{name}` the name stands, still encoded. A slash after it makes another path.
    private static func jobSegment(of path: Span<UInt8>) -> Range<Int>? {
        let prefix = "/jobs/".utf8
        let start = prefix.span
        guard path.count >= start.count else { return nil }
        for index in start.indices where path[index] != start[index] { return nil }
        for index in start.count..<path.count where path[index] == UInt8(ascii: "/") { return nil }
        return start.count..<path.count
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
