import AWSCredentials
import Curl
import Testing
import UpstreamTestSupport

@Suite struct RetryingTransportTests {
    private let request = CurlRequest(url: "http://localhost/")

    private func response(
        through transport: ScriptedTransport, within limit: Duration
    ) async throws(CurlError) -> CurlResponse {
        let retrying = RetryingTransport(transport: transport, deadline: .now + limit, pause: { _ in })
        return try await retrying.response(to: request, retryingWhere: { $0.status == 503 })
    }

    /// Another attempt would begin 200 ms later.
    @Test func returnsTheLastResponseWhereTheDeadlineComesBeforeTheNextAttempt() async throws {
        let transport = ScriptedTransport(.success(.text("", status: 503)))
        #expect(try await response(through: transport, within: .milliseconds(150)).status == 503)
        #expect(transport.requests.count == 1)
    }

    @Test func throwsTheLastErrorWhereTheDeadlineComesBeforeTheNextAttempt() async {
        let transport = ScriptedTransport.unreachable
        await #expect(throws: CurlError.couldNotConnect) {
            try await response(through: transport, within: .milliseconds(150))
        }
        #expect(transport.requests.count == 1)
    }

    @Test func triesThreeTimesWhereThereIsTime() async throws {
        let transport = ScriptedTransport(.success(.text("", status: 503)))
        #expect(try await response(through: transport, within: .seconds(3_600)).status == 503)
        #expect(transport.requests.count == 3)
    }
}
