import Curl
import SigV4
import Synchronization

extension TranscribeClient {
    /// Signs, sends and reads once.
    func attempt(_ call: inout Call) async throws(AttemptFailure) -> JobAnswer {
        let credentials = try await signingCredentials(for: call)
        guard time.now() < call.deadline else { throw .transport(.timedOut(.waiting)) }
        let offset = clockOffset.withLock(\.milliseconds)
        call.beginAttempt(with: credentials, clockOffset: offset)
        let signingTime = time.wallTime().adding(milliseconds: offset)
        let request = operation.request(for: call, of: policy.attempts, with: credentials, at: signingTime)
        let response = try await send(request, by: call.deadline)
        call.serverTime = response.serverTime
        return try JobAnswer(response, for: call.name)
    }

    private func signingCredentials(for call: Call) async throws(AttemptFailure) -> Credentials {
        if let replacement = call.replacement { return replacement }
        do throws(CredentialsUnavailable) {
            return try await credentials.current(by: call.deadline)
        } catch {
            throw .noCredentials(error)
        }
    }

    private func send(
        _ request: CurlRequest, by deadline: ContinuousClock.Instant
    ) async throws(AttemptFailure) -> CurlResponse {
        do throws(CurlError) {
            return try await transport.perform(request, deadline: deadline)
        } catch {
            throw .transport(error)
        }
    }
}
