import HTTPExchange
import HTTPTypes
import Logging
import Telemetry

/// A line for each request. It names the job by its hash and says nothing of the query, the user agent or any content.
struct AccessLog: Sendable {
    private let writer: LogWriter
    private let head: LogHead
    private let method, job, status, outcome, microseconds, bytes, client, requestID, awsRequestID: LogName

    init(_ writer: LogWriter) {
        self.writer = writer
        head = writer.head(.info, logger: "access", message: "request")
        method = writer.name("method")
        job = writer.name("job")
        status = writer.name("status")
        outcome = writer.name("outcome")
        microseconds = writer.name("microseconds")
        bytes = writer.name("bytes")
        client = writer.name("client")
        requestID = writer.name("requestId")
        awsRequestID = writer.name("awsRequestId")
    }

    /// - Parameters:
    ///   - elapsed: nanoseconds.
    ///   - label: what the job is called here.
    func note(
        _ reply: Reply, to visit: Visit, _ outcome: Outcome, elapsed: Int64, label: JobLabel?, awsRequestID: String?
    ) {
        writer.log(head) { line in
            line.member(method, visit.method.isKnown ? visit.method.rawValue : "other")
            if let label { line.member(job, label) }
            line.member(status, reply.status.code)
            line.member(self.outcome, outcome.word)
            line.member(microseconds, Int(elapsed / 1_000))
            line.member(bytes, reply.body.bytes.count)
            line.member(client, visit.peer.text)
            line.member(requestID, visit.id)
            if let awsRequestID { line.member(self.awsRequestID, awsRequestID) }
        }
    }
}

extension HTTPRequest.Method {
    /// Whether it is one of RFC 9110's and RFC 5789's; any other is text of the client's choice, which no log should hold.
    fileprivate var isKnown: Bool {
        switch self {
        case .get, .head, .options, .post, .put, .delete, .patch, .trace, .connect: true
        default: false
        }
    }
}
