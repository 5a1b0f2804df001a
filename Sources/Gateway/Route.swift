import HTTPExchange
import HTTPTypes
import Transcribe

/// What a request asks for, decided on the raw target: nothing is decoded before it is taken apart, and once after.
enum Route {
    case job(JobName, JobFields)

    /// - Parameter allowed: the job members that may be seen at all.
    init(_ request: borrowing Request, allowed: JobFields) throws(Problem) {
        let target = request.target.utf8
        // The span's elements are read without a call for each.
        let bytes = target.span
        let mark = bytes.indices.first { bytes[$0] == UInt8(ascii: "?") }
        guard let segment = Self.jobSegment(of: bytes.extracting(..<(mark ?? bytes.count))) else { throw .noSuchRoute }
        guard request.method == .get || request.method == .head else { throw .methodNotAllowed(allow: "GET, HEAD") }
        let query = try JobQuery(mark.map { Substring(target.dropFirst($0 + 1)) }, allowed: allowed)
        do throws(JobNameError) {
            self = .job(try JobName(pathSegment: bytes.extracting(segment)), query.fields)
        } catch {
            throw .invalidJobName(error)
        }
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
