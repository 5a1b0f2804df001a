import HTTPExchange
import HTTPTypes
import Transcribe

/// What a request asks for, decided on the raw target: nothing is decoded before it is taken apart, and once after.
enum Route {
    case job(JobName, JobFields)

    /// - Parameter allowed: the job members that may be seen at all.
    init(_ request: borrowing Request, allowed: JobFields) throws(Problem) {
        let parts = request.target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard let segment = Self.jobSegment(of: parts[0]) else { throw .noSuchRoute }
        guard request.method == .get || request.method == .head else { throw .methodNotAllowed(allow: "GET, HEAD") }
        let query = try JobQuery(parts.count == 2 ? parts[1] : nil, allowed: allowed)
        do throws(JobNameError) {
            self = .job(try JobName(pathSegment: segment), query.fields)
        } catch {
            throw .invalidJobName(error)
        }
    }

    /// The part of `/jobs/{name}` that is the name, still encoded. A slash after it makes another path.
    private static func jobSegment(of path: Substring) -> Substring? {
        guard path.hasPrefix("/jobs/") else { return nil }
        let segment = path.dropFirst("/jobs/".count)
        return segment.utf8.contains(UInt8(ascii: "/")) ? nil : segment
    }
}
