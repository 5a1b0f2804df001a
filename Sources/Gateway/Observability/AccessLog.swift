import HTTPExchange
import HTTPTypes
import Logging
import Telemetry
import Tracing
import Transcribe

/// A line for each request. It names the job by its hash, of several jobs only their number, and says nothing of the query,
/// the user agent or any content. Members have the names of OpenTelemetry's semantic conventions where these have one.
struct AccessLog: Sendable {
    private static let method = "http.request.method"

    private let writer: LogWriter
    /// How lines begin, by the number of the outcome.
    private let heads: [LogHead]
    /// By number.
    private let methods: [LogMember]
    /// By status, of which there are three digits at most (RFC 9110 §15).
    private let statuses: [LogMember]
    /// By number.
    private let problems: [LogMember]
    private let isOverQuota: LogMember
    private let job, names, microseconds, bytes, events, client, requestID, awsRequestID, traceID, spanID: LogName

    init(_ writer: LogWriter) {
        self.writer = writer
        let head = writer.head(.info, logger: "access", message: "request")
        heads = Outcome.allCases.map { head.followed(by: writer.member("outcome", $0.label)) }
        methods =
            HTTPRequest.Method.known.map { writer.member(Self.method, $0.rawValue) } + [
                writer.member(Self.method, "_OTHER")
            ]
        statuses = (0..<1_000).map { writer.member("http.response.status_code", $0) }
        problems = ProblemType.allCases.map { writer.member("problem", $0.rawValue) }
        isOverQuota = writer.member("limit", "exceeded")
        job = writer.name("job")
        names = writer.name("names")
        microseconds = writer.name("microseconds")
        bytes = writer.name("http.response.body.size")
        events = writer.name("events")
        client = writer.name("client.address")
        requestID = writer.name("requestId")
        awsRequestID = writer.name("aws.request_id")
        traceID = writer.name("trace_id")
        spanID = writer.name("span_id")
    }

    /// - Parameters:
    ///   - name: of the job, where it may be shown.
    ///   - outcome: the number of an ``Outcome``.
    ///   - peer: the client, unless the record names another.
    ///   - wasSent: false for a reply that did not go out as a whole; then the line has neither status nor bytes.
    func write(
        _ record: RequestRecord.Contents, _ texts: RequestRecord.Texts?, named name: String?, _ outcome: Int,
        of peer: PeerAddress, wasSent: Bool
    ) {
        let trace = (texts?.trace as? RequestTrace)?.logged
        writer.log(heads[outcome]) { line in
            line.append(methods[Int(record.method)])
            if let name {
                line.member(job, name)
            } else if let hash = record.subject {
                line.member(job, hexadecimal: hash)
            }
            if record.names > 0 { line.member(names, Int(record.names)) }
            if wasSent { line.append(statuses[Int(record.status)]) }
            if let problem = record.problem { line.append(problems[Int(problem)]) }
            if record.isOverLimit { line.append(isOverQuota) }
            line.member(microseconds, Int(record.elapsed / 1_000))
            if wasSent { line.member(bytes, record.contentLength) }
            if let events = record.events { line.member(self.events, events) }
            line.member(client, (texts?.client ?? peer).text)
            line.member(requestID, texts?.id.map(RequestID.given) ?? .number(record.number))
            if let awsRequestID = texts?.upstreamID { line.member(self.awsRequestID, awsRequestID) }
            if let trace {
                line.member(traceID, trace.trace.text)
                line.member(spanID, trace.span.text)
            }
        }
    }

    /// Writes the line of a request that the HTTP library refused by itself. Of it only this is known.
    func writeRefusal(status: Int, of peer: PeerAddress?) {
        writer.log(heads[Outcome.refused.rawValue]) { line in
            if statuses.indices.contains(status) { line.append(statuses[status]) }
            if let problem = ProblemType(libraryStatus: status) { line.append(problems[problem.number]) }
            if let peer { line.member(client, peer.text) }
        }
    }

    /// The method of a number; nil for one that is logged as `other`.
    static func method(numbered number: UInt8) -> HTTPRequest.Method? {
        HTTPRequest.Method.known.indices.contains(Int(number)) ? HTTPRequest.Method.known[Int(number)] : nil
    }

    /// The number of a method in a ``RequestRecord``.
    static func number(of method: HTTPRequest.Method) -> UInt8 {
        if method == .get { return 0 }
        let known = HTTPRequest.Method.known
        return UInt8(known.firstIndex(of: method) ?? known.count)
    }
}

extension ProblemType {
    /// The number of this type in a ``RequestRecord``.
    var number: Int { Self.allCases.firstIndex(of: self) ?? 0 }

    /// Of problems of this type, and of what the HTTP library refuses by itself for the same reason.
    var statusesOfAll: Set<Int> {
        Set(statuses.map(\.code)).union([400, 413, 414, 431, 505].filter { Self(libraryStatus: $0) == self })
    }

    /// What the HTTP library means by a status of its own.
    init?(libraryStatus: Int) {
        switch libraryStatus {
        case 400: self = .malformedRequest
        case 413: self = .contentTooLarge
        case 414: self = .targetTooLong
        case 431: self = .tooManyHeaderFields
        case 505: self = .unsupportedFeature
        default: return nil
        }
    }
}

extension HTTPRequest.Method {
    /// RFC 9110's and RFC 5789's, the usual first. Any other method is text that the client chose, and is logged as `_OTHER`, as
    /// OpenTelemetry does.
    fileprivate static let known: [HTTPRequest.Method] = [
        .get, .head, .options, .post, .put, .delete, .patch, .trace, .connect,
    ]
}
