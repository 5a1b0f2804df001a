package import Curl

/// Sends a request of a source of credentials, and again where another attempt may help: a source is asked seldom, and
/// much hangs on its answer.
package struct RetryingTransport: Sendable {
    let transport: any Transport
    /// When the last attempt has to be over.
    let deadline: ContinuousClock.Instant
    /// Waits between two attempts.
    let pause: @Sendable (Duration) async -> Void

    /// `pause` waits between two attempts, of which the last has to be over at the deadline.
    package init(
        transport: any Transport, deadline: ContinuousClock.Instant,
        pause: @escaping @Sendable (Duration) async -> Void
    ) {
        self.transport = transport
        self.deadline = deadline
        self.pause = pause
    }

    /// The last attempt's answer or error. `isTransient` says of an answer whether to try again.
    package func answer(
        to request: CurlRequest, retryingWhere isTransient: (CurlResponse) -> Bool
    ) async throws(CurlError) -> CurlResponse {
        var attempt = 1
        while true {
            do throws(CurlError) {
                let response = try await transport.perform(request, deadline: min(deadline, .now + Self.timeout))
                guard isTransient(response), isFollowed(attempt) else { return response }
            } catch {
                guard error.isTransient, isFollowed(attempt) else { throw error }
            }
            await pause(Self.delay(after: attempt))
            attempt += 1
        }
    }

    /// Whether another attempt can begin before the deadline: otherwise the last answer says more than a time-out.
    private func isFollowed(_ attempt: Int) -> Bool {
        attempt < Self.attempts && .now + Self.delay(after: attempt) < deadline
    }

    private static func delay(after attempt: Int) -> Duration { .milliseconds(100 << attempt) }

    private static let attempts = 3
    /// For one attempt.
    private static let timeout = Duration.seconds(5)
}

extension CurlResponse {
    /// Whether the service says that it fails or is asked too often, and nothing more particular.
    var isOverload: Bool { status >= 500 || status == 429 }
}
