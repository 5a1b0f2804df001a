import Curl
import Formats
import FoundationEssentials

/// The program that takes spans (OTLP/HTTP). It gets one batch at a time.
struct Collector: Sendable {
    /// What has become of a batch.
    enum Answer: Sendable {
        /// It was taken, but for so many of its spans.
        case taken(rejected: Int)
        /// It may be taken when it is sent again, perhaps not before some time has passed.
        case unavailable(String, retryAfter: Duration?)
        /// It is not taken, however often it is sent.
        case refused(String)
    }

    /// Statuses after which a batch may be sent again; after all others it must not be (OTLP, "Failures").
    private static let retryable: Set = [429, 502, 503, 504]

    private let options: ExportOptions
    private let transport: any Transport
    private let wallTime: @Sendable () -> Timestamp

    init(_ options: ExportOptions, over transport: any Transport, wallTime: @escaping @Sendable () -> Timestamp) {
        self.options = options
        self.transport = transport
        self.wallTime = wallTime
    }

    /// Sends a batch once.
    func take(_ content: [UInt8], by deadline: ContinuousClock.Instant) async -> Answer {
        let request = CurlRequest(
            method: "POST", url: options.url,
            headers: [(name: "Content-Type", value: "application/json")] + options.headers, body: content,
            bypassesProxies: options.isLocal)
        do throws(CurlError) {
            return answer(try await transport.perform(request, deadline: deadline))
        } catch {
            // A batch that may have arrived is sent again all the same: a collector can tell by the identifiers.
            return error.isTransient ? .unavailable("\(error)", retryAfter: nil) : .refused("\(error)")
        }
    }

    /// A collector's own words are not told: they can repeat what it was sent.
    private func answer(_ response: CurlResponse) -> Answer {
        switch response.status {
        case 200..<300: .taken(rejected: PartialSuccess.rejectedSpans(in: response.body))
        case let status where Self.retryable.contains(status):
            .unavailable("status \(status)", retryAfter: retryAfter(response))
        case let status: .refused("status \(status)")
        }
    }

    /// In seconds, or as a date (RFC 9110 §10.2.3).
    private func retryAfter(_ response: CurlResponse) -> Duration? {
        guard let text = response.headers["Retry-After"] else { return nil }
        let utf8 = text.utf8
        if let seconds = utf8.span.decimalValue { return .seconds(min(seconds, 1 << 30)) }
        guard let date = Timestamp(httpDate: text) else { return nil }
        return .milliseconds(max(0, date.milliseconds(since: response.date ?? wallTime())))
    }
}

/// `partialSuccess` of `ExportTraceServiceResponse`. A 64-bit integer may be a number too.
private struct PartialSuccess: Decodable {
    private struct Response: Decodable {
        let partialSuccess: PartialSuccess?
    }

    private let rejectedSpans: Int

    private enum CodingKeys: String, CodingKey {
        case rejectedSpans
    }

    init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        let text = try? members.decode(String.self, forKey: .rejectedSpans)
        rejectedSpans = text.flatMap { Int($0) } ?? (try? members.decode(Int.self, forKey: .rejectedSpans)) ?? 0
    }

    /// 0 where the answer says nothing of it, or cannot be read.
    static func rejectedSpans(in body: [UInt8]) -> Int {
        let response = try? JSONDecoder().decode(Response.self, from: Data(body))
        return max(0, response?.partialSuccess?.rejectedSpans ?? 0)
    }
}
