import Curl
import SigV4
import Synchronization
import TestSupport
import Testing
import UpstreamTestSupport

@testable import Transcribe

@Suite struct RetryAdmissionTests {
    /// Admits so many retries, and records each failed attempt and each question with the number of requests and sleeps
    /// before it.
    private final class AdmissionRecord: Sendable {
        enum Event: Equatable {
            case failed(String, requests: Int, slept: Int)
            case asked(requests: Int, slept: Int)
        }

        private let state: Mutex<(left: Int, events: [Event])>

        init(admitting count: Int) { state = Mutex((count, [])) }

        var events: [Event] { state.withLock { $0.events } }

        func fail(_ error: TranscribeError, in scenario: ClientScenario) {
            let event = Event.failed(
                error.caseName, requests: scenario.transport.requests.count, slept: scenario.time.sleeps.count)
            state.withLock { $0.events.append(event) }
        }

        func admits(in scenario: ClientScenario) -> Bool {
            let event = Event.asked(requests: scenario.transport.requests.count, slept: scenario.time.sleeps.count)
            return state.withLock {
                $0.events.append(event)
                $0.left -= 1
                return $0.left >= 0
            }
        }
    }

    private func lookUp(_ scenario: ClientScenario, _ record: AdmissionRecord) async -> Result<
        JobResponse, TranscribeError
    > {
        do throws(TranscribeError) {
            let deadline = scenario.time.source.now() + .seconds(5)
            return .success(
                try await scenario.client.job(
                    named: ClientScenario.name, deadline: deadline, mayRetry: { true }, attemptBegan: {}
                ) {
                    record.fail($0, in: scenario)
                } admitRetry: {
                    record.admits(in: scenario)
                })
        } catch {
            return .failure(error)
        }
    }

    @Test func isToldOfAFailureBeforeTheWaitAndAskedAfterIt() async throws {
        let scenario = try ClientScenario([
            ScriptedTransport.refusal(400, "ThrottlingException"), ScriptedTransport.failure(.closedEarly),
            ScriptedTransport.job,
        ])
        let record = AdmissionRecord(admitting: 2)
        _ = try await lookUp(scenario, record).get()
        #expect(
            record.events == [
                .failed("throttled", requests: 1, slept: 0), .asked(requests: 1, slept: 1),
                .failed("unreachable", requests: 2, slept: 1), .asked(requests: 2, slept: 2),
            ])
    }

    @Test func isNotAskedForWhereNothingIsTriedAgain() async throws {
        let scenario = try ClientScenario([
            ScriptedTransport.refusal(400, "AccessDeniedException"), ScriptedTransport.job,
        ])
        let record = AdmissionRecord(admitting: 9)
        #expect(await lookUp(scenario, record).error != nil)
        _ = try await lookUp(scenario, record).get()
        #expect(record.events == [.failed("accessDenied", requests: 1, slept: 0)])
    }

    @Test func withoutItTheFailureIsFinalAndTheQuotaIsWhole() async throws {
        let scenario = try ClientScenario([ScriptedTransport.failure(.closedEarly)])
        let record = AdmissionRecord(admitting: 0)
        #expect(await lookUp(scenario, record).error == .unreachable(.closedEarly))
        #expect(scenario.transport.requests.count == 1)
        #expect(scenario.client.quota.withLock(\.tokens) == RetryQuota.capacity)
    }

    @Test func freshCredentialsNeedItToo() async throws {
        let scenario = try ClientScenario(
            [ScriptedTransport.refusal(403, "ExpiredTokenException")],
            credentials: [.success(RotatingCredentials.old), .success(RotatingCredentials.new)])
        let record = AdmissionRecord(admitting: 0)
        guard case .credentialsRejected = await lookUp(scenario, record).error else {
            Issue.record("another error than that of the attempt")
            return
        }
        #expect(
            record.events == [.failed("credentialsRejected", requests: 1, slept: 0), .asked(requests: 1, slept: 0)])
        #expect(scenario.client.quota.withLock(\.tokens) == RetryQuota.capacity)
    }

    /// The answer of an attempt is as old as the attempt, however long the call waited for credentials or a retry.
    @Test func tellsOfEachAttemptRightBeforeItIsSent() async throws {
        let time = ManualClock.forClient()
        let transport = ScriptedTransport([
            ScriptedTransport.refusal(400, "ThrottlingException"), ScriptedTransport.job,
        ])
        let client = TranscribeClient(
            endpoint: ClientScenario.endpoint, transport: transport, credentials: SlowCredentials(time: time),
            time: time.source, random: { 1 })
        var begins: [Duration] = []
        _ = try await client.job(
            named: ClientScenario.name, deadline: time.start + .seconds(60), mayRetry: { true }
        ) {
            #expect(transport.requests.count == begins.count)
            begins.append(time.start.duration(to: time.now))
        } attemptFailed: { _ in
        } admitRetry: {
            time.advance(by: .seconds(2))
            return true
        }
        // Three seconds for the credentials; then a second's back-off, two seconds for the token, credentials again.
        #expect(begins == [.seconds(3), .seconds(9)])
    }

    /// A source that takes three seconds.
    private struct SlowCredentials: CredentialsSource {
        let time: ManualClock

        func current(by deadline: ContinuousClock.Instant) async throws(CredentialsUnavailable) -> Credentials {
            time.advance(by: .seconds(3))
            return RotatingCredentials.old
        }

        func replacement(
            for rejected: Credentials, by deadline: ContinuousClock.Instant
        ) async throws(CredentialsUnavailable) -> Credentials { RotatingCredentials.old }
    }

    @Test func aTaskCancelledMeanwhileSaysSo() async throws {
        let scenario = try ClientScenario([ScriptedTransport.failure(.closedEarly)])
        let task = Task { () async -> TranscribeError? in
            do throws(TranscribeError) {
                _ = try await scenario.client.job(
                    named: ClientScenario.name, deadline: scenario.time.start + .seconds(5), mayRetry: { true },
                    attemptBegan: {}
                ) { _ in
                } admitRetry: {
                    while !Task.isCancelled { await Task.yield() }
                    return false
                }
                return nil
            } catch {
                return error
            }
        }
        while scenario.transport.requests.isEmpty { await Task.yield() }
        // The wait before the retry is over once the question is put; a cancelled wait says the same.
        task.cancel()
        #expect(await task.value == .cancelled)
    }
}
