/// What carries one HTTP request and its whole answer back.
///
/// `perform` can be called from any task. It follows no redirect and answers, or throws, by the deadline.
public protocol Transport: Sendable {
    func perform(
        _ request: CurlRequest, deadline: ContinuousClock.Instant
    ) async throws(CurlError) -> CurlResponse
}

extension CurlClient: Transport {}
