import Curl

/// Sends a request of a source of credentials, and again where another attempt may help: a source is asked seldom, and
/// much hangs on its answer.
struct PatientTransport: Sendable {
    let transport: any Transport
    /// When the last attempt has to be over.
    let deadline: ContinuousClock.Instant
    /// Waits between two attempts.
    let pause: @Sendable (Duration) async -> Void

    /// The last attempt's answer or error. `isTransient` says of an answer whether to try again.
    func answer(
        to request: CurlRequest, retryingWhere isTransient: (CurlResponse) -> Bool
    ) async throws(CurlError) -> CurlResponse {
        var attempt = 1
        while true {
            let isLast = attempt == Self.attempts
            do throws(CurlError) {
                let response = try await transport.perform(request, deadline: min(deadline, .now + Self.timeout))
                if isLast || !isTransient(response) { return response }
            } catch {
                if isLast || !error.isTransient || ContinuousClock.now >= deadline { throw error }
            }
            await pause(.milliseconds(100 << attempt))
            attempt += 1
        }
    }

    private static let attempts = 3
    /// For one attempt.
    private static let timeout = Duration.seconds(5)
}

extension CurlError {
    /// Whether the same request may well be answered a moment later.
    fileprivate var isTransient: Bool {
        switch self {
        case .timedOut, .couldNotResolve, .couldNotConnect, .closedEarly: true
        case .tlsFailed, .answerTooLarge, .malformedAnswer, .unsupportedURL, .malformedRequest, .cancelled, .shutDown,
            .other:
            false
        }
    }
}

extension CurlResponse {
    /// Whether the service says that it fails or is asked too often, and nothing more particular.
    var isOverload: Bool { status >= 500 || status == 429 }
}
