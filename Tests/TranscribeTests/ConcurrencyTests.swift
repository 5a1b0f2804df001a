import Curl
import Formats
import FoundationEssentials
import Synchronization
import TestSupport
import Testing
import UpstreamTestSupport

@testable import Transcribe

@Suite struct ConcurrencyTests {
    /// ThreadSanitizer needs many rounds to see a short race, a plain run does not.
    private static let rounds = ProcessInfo.processInfo.environment["RACE_ROUNDS"].flatMap { Int($0) } ?? 4_000

    /// Calls share the quota and the clock; every other attempt fails, so both change all the time.
    @Test func servesManyCallsAtOnce() async throws {
        let client = TranscribeClient(
            endpoint: ClientScenario.endpoint, transport: AlternatingTransport(),
            credentials: RotatingCredentials([.success(RotatingCredentials.old)]), time: ManualClock.forClient().source)
        let rounds = Self.rounds / 8
        let served = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<8 {
                group.addTask { await Self.lookUp(rounds, with: client) }
            }
            return await group.reduce(0, +)
        }
        #expect(served == 8 * rounds)
        #expect(client.quota.withLock(\.tokens) <= RetryQuota.capacity)
    }

    /// The number of rounds that ended with one of the two possible results.
    private static func lookUp(_ rounds: Int, with client: TranscribeClient) async -> Int {
        var served = 0
        for _ in 0..<rounds {
            do throws(TranscribeError) {
                _ = try await client.job(named: ClientScenario.name, deadline: .now + .seconds(86_400))
                served += 1
            } catch {
                if error == .unreachable(.closedEarly) { served += 1 }
            }
        }
        return served
    }
}

/// Fails every other request. Some responses have a `Date` that is far off.
private final class AlternatingTransport: Transport {
    private let count = Atomic(0)

    func perform(
        _ request: CurlRequest, deadline: ContinuousClock.Instant
    ) async throws(CurlError) -> CurlResponse {
        let (number, _) = count.add(1, ordering: .relaxed)
        guard number.isMultiple(of: 2) else { throw .closedEarly }
        let serverTime = Timestamp.wallStart.adding(milliseconds: Int64(number % 5) * 400_000)
        return CurlResponse(
            status: 200, headers: CurlHeaders([("Date", serverTime.httpDate)]),
            body: Array(ScriptedTransport.jobBody.utf8))
    }
}
