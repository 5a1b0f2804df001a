import AWSCredentials
import Curl
import Testing
import UpstreamTestSupport

@Suite struct RetryingTransportTests {
    private let request = CurlRequest(url: "http://localhost/")

    private func answer(
        through transport: ScriptedTransport, within limit: Duration
    ) async throws(CurlError) -> CurlResponse {
        let retrying = RetryingTransport(transport: transport, deadline: .now + limit, pause: { _ in })
        return try await retrying.answer(to: request, retryingWhere: { $0.status == 503 })
    }

    /// Another attempt would begin 200 ms later.
    @Test func tellsTheLastAnswerWhereTheDeadlineComesBeforeTheNextAttempt() async throws {
        let transport = ScriptedTransport(.success(.text("", status: 503)))
        #expect(try await answer(through: transport, within: .milliseconds(150)).status == 503)
        #expect(transport.requests.count == 1)
    }

    @Test func tellsTheLastErrorWhereTheDeadlineComesBeforeTheNextAttempt() async {
        let transport = ScriptedTransport.nobody
        await #expect(throws: CurlError.couldNotConnect) {
            try await answer(through: transport, within: .milliseconds(150))
        }
        #expect(transport.requests.count == 1)
    }

    @Test func triesThreeTimesWhereThereIsTime() async throws {
        let transport = ScriptedTransport(.success(.text("", status: 503)))
        #expect(try await answer(through: transport, within: .seconds(3_600)).status == 503)
        #expect(transport.requests.count == 3)
    }
}
