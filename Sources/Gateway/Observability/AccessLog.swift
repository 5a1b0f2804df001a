import HTTPExchange
import HTTPTypes
import Logging
import Telemetry
import Transcribe

/// A line for each request. It names the job by its hash and says nothing of the query, the user agent or any content.
struct AccessLog: Sendable {
    private let writer: LogWriter
    private let names: NameHash
    /// How lines begin, by outcome.
    private let heads: [LogHead]
    private let methods: [(method: HTTPRequest.Method, member: LogMember)]
    private let otherMethod: LogMember
    /// By status, of which there are three digits at most (RFC 9110 §15).
    private let statuses: [LogMember]
    private let problems: [ProblemType: LogMember]
    private let isOverQuota: LogMember
    private let job, microseconds, bytes, client, requestID, awsRequestID: LogName

    init(_ writer: LogWriter, names: NameHash) {
        self.writer = writer
        self.names = names
        let head = writer.head(.info, logger: "access", message: "request")
        heads = Outcome.allCases.map { head.followed(by: writer.member("outcome", $0.label)) }
        methods = HTTPRequest.Method.known.map { ($0, writer.member("method", $0.rawValue)) }
        otherMethod = writer.member("method", "other")
        statuses = (0..<1_000).map { writer.member("status", $0) }
        problems = Dictionary(
            uniqueKeysWithValues: ProblemType.allCases.map { ($0, writer.member("problem", $0.rawValue)) })
        isOverQuota = writer.member("limit", "exceeded")
        job = writer.name("job")
        microseconds = writer.name("microseconds")
        bytes = writer.name("bytes")
        client = writer.name("client")
        requestID = writer.name("requestId")
        awsRequestID = writer.name("awsRequestId")
    }

    /// - Parameters:
    ///   - elapsed: nanoseconds.
    ///   - hash: of the job's name, where it is known already.
    ///   - problem: what the reply says, if it is no success.
    func write(
        _ reply: Reply, in context: RequestContext, _ outcome: Outcome, elapsed: Int64, job name: JobName?,
        hash: UInt64?, problem: ProblemType?, awsRequestID: String?
    ) {
        writer.log(heads[outcome.rawValue]) { line in
            line.append(member(context.method))
            if let name {
                if names.showsNames {
                    line.member(job, name.text)
                } else {
                    line.member(job, hexadecimal: hash ?? names.hash(of: name))
                }
            }
            line.append(statuses[reply.status.code])
            if let problem, let member = problems[problem] { line.append(member) }
            if context.isOverQuota { line.append(isOverQuota) }
            line.member(microseconds, Int(elapsed / 1_000))
            line.member(bytes, reply.sentBytes(to: context.method))
            line.member(client, context.client.text)
            line.member(requestID, context.id)
            if let awsRequestID { line.member(self.awsRequestID, awsRequestID) }
        }
    }

    private func member(_ method: HTTPRequest.Method) -> LogMember {
        for known in methods where known.method == method { return known.member }
        return otherMethod
    }
}

extension Reply {
    /// The bytes of the content that are sent: of a 304 and to HEAD none, though the reply has them for their length.
    fileprivate func sentBytes(to method: HTTPRequest.Method) -> Int {
        method == .head || status == .notModified ? 0 : body.bytes.count
    }
}

extension HTTPRequest.Method {
    /// RFC 9110's and RFC 5789's, the usual first. Any other method is text that the client chose, and is logged as `other`.
    fileprivate static let known: [HTTPRequest.Method] = [
        .get, .head, .options, .post, .put, .delete, .patch, .trace, .connect,
    ]
}
