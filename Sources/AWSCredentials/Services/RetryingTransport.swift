package import Curl
package import SigV4

/// Sends a request for credentials, and repeats it where another attempt may help: such requests are rare, and every
/// look-up depends on their result.
package struct RetryingTransport: Sendable {
    let transport: any Transport
    /// Learns from every success.
    let clock: AWSClock
    /// The end of the last attempt.
    let deadline: ContinuousClock.Instant
    /// Waits between two attempts.
    let pause: @Sendable (Duration) async -> Void

    /// `pause` waits between two attempts; the last one ends by the deadline.
    package init(
        transport: any Transport, clock: AWSClock, deadline: ContinuousClock.Instant,
        pause: @escaping @Sendable (Duration) async -> Void
    ) {
        self.transport = transport
        self.clock = clock
        self.deadline = deadline
        self.pause = pause
    }

    /// The response or error of the last attempt. `isTransient` says whether a response is worth another attempt.
    package func response(
        to request: CurlRequest, retryingWhere isTransient: (CurlResponse) -> Bool
    ) async throws(CurlError) -> CurlResponse {
        var request = request
        var attempt = 1
        while true {
            do throws(CurlError) {
                let response = try await transport.perform(request, deadline: end(ofAttempt: attempt))
                guard isTransient(response), canRetry(after: attempt) else {
                    if response.status == 200, let date = response.date { clock.learn(date) }
                    return response
                }
            } catch {
                guard error.isTransient, canRetry(after: attempt) else { throw error }
                request = request.repeated(after: error)
            }
            await pause(Self.delay(after: attempt))
            attempt += 1
        }
    }

    private func end(ofAttempt attempt: Int) -> ContinuousClock.Instant {
        let now = ContinuousClock.now
        return min(deadline.endOfAttempt(from: now, isLast: attempt == Self.attempts), now + Self.timeout)
    }

    /// Whether another attempt can begin before the deadline. If not, the last response says more than a time-out.
    private func canRetry(after attempt: Int) -> Bool {
        attempt < Self.attempts && .now + Self.delay(after: attempt) < deadline
    }

    private static func delay(after attempt: Int) -> Duration { .milliseconds(100 << attempt) }

    private static let attempts = 3
    /// The longest time of one attempt.
    private static let timeout = Duration.seconds(5)
}

extension CurlResponse {
    /// Whether the status alone says that the service fails or is asked too often.
    var isOverload: Bool { status >= 500 || status == 429 }
}
