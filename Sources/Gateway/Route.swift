import HTTPExchange
import HTTPTypes
import Transcribe

/// What a request asks for, decided on the raw target: nothing is decoded before it is taken apart, and once after.
enum Route {
    case job(JobName, JobFields)

    /// - Parameter allowed: the job members that may be seen at all.
    init(_ request: borrowing Request, allowed: JobFields) throws(Problem) {
        let target = request.target
        let mark = target.utf8.firstIndex(of: UInt8(ascii: "?"))
        guard let segment = Self.jobSegment(of: target[..<(mark ?? target.endIndex)]) else { throw .noSuchRoute }
        guard request.method == .get || request.method == .head else { throw .methodNotAllowed(allow: "GET, HEAD") }
        let query = try JobQuery(mark.map { target[$0...].dropFirst() }, allowed: allowed)
        do throws(JobNameError) {
            self = .job(try JobName(pathSegment: segment), query.fields)
        } catch {
            throw .invalidJobName(error)
        }
    }

    /// The part of `/jobs/{name}` that is the name, still encoded. A slash after it makes another path.
    private static func jobSegment(of path: Substring) -> Substring? {
        let prefix = "/jobs/".utf8
        guard path.utf8.starts(with: prefix) else { return nil }
        let segment = path[path.utf8.index(path.startIndex, offsetBy: prefix.count)...]
        return segment.utf8.contains(UInt8(ascii: "/")) ? nil : segment
    }
}
