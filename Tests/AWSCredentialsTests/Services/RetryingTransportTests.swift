import AWSCredentials
import Curl
import Testing
import UpstreamTestSupport

@Suite struct RetryingTransportTests {
    private let request = CurlRequest(url: "http://localhost/")

    private func response(
        through transport: ScriptedTransport, within limit: Duration
    ) async throws(CurlError) -> CurlResponse {
        let retrying = RetryingTransport(
            transport: transport, clock: .noon, deadline: .now + limit, pause: { _ in })
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

    /// Half of what is left at first, which is more than a second.
    @Test func endsAnAttemptThatGoesSilentAndTriesAgainOnANewConnection() async throws {
        let transport = ScriptedTransport([
            { _ in .failure(.timedOut(.awaitingResponse)) }, { _ in .success(.text("")) },
        ])
        let began = ContinuousClock.now
        #expect(try await response(through: transport, within: .seconds(3)).status == 200)
        #expect(transport.requests.map(\.opensConnection) == [false, true])
        let times = transport.deadlines.map { $0 - began }
        #expect((.milliseconds(1_500) ..< .milliseconds(2_250)).contains(times[0]), "\(times)")
        #expect((.milliseconds(1_500) ..< .milliseconds(2_900)).contains(times[1]), "\(times)")
    }

    @Test func aLongDeadlineDoesNotMakeAnAttemptLong() async throws {
        let transport = ScriptedTransport(.success(.text("", status: 503)))
        let began = ContinuousClock.now
        _ = try await response(through: transport, within: .seconds(60))
        #expect(transport.deadlines.allSatisfy { $0 - began < .seconds(10) })
    }

    @Test func triesThreeTimesWhereThereIsTime() async throws {
        let transport = ScriptedTransport(.success(.text("", status: 503)))
        #expect(try await response(through: transport, within: .seconds(3_600)).status == 503)
        #expect(transport.requests.count == 3)
    }
}
