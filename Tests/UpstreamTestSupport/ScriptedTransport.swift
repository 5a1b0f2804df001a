public import Curl
import Synchronization
import Testing

/// Answers requests from a script, without a network, and keeps the requests.
public final class ScriptedTransport: Transport {
    /// The result of one request.
    public typealias Step = @Sendable (CurlRequest) -> Result<CurlResponse, CurlError>

    private struct State {
        /// What is left of the script, the next step last; nil if one step answers every request.
        var steps: [Step]?
        var requests: [CurlRequest] = []
        var deadlines: [ContinuousClock.Instant] = []
    }

    private let everyStep: Step?
    private let state: Mutex<State>

    /// Answers each request with the next step; a request after the last one is a failure of the test.
    public init(_ steps: [Step]) {
        everyStep = nil
        state = Mutex(State(steps: steps.reversed()))
    }

    /// Answers every request in the same way.
    public init(_ step: @escaping @Sendable (CurlRequest) throws(CurlError) -> CurlResponse) {
        everyStep = { request in Result { () throws(CurlError) in try step(request) } }
        state = Mutex(State())
    }

    /// The requests, in the order in which they came.
    public var requests: [CurlRequest] { state.withLock(\.requests) }

    /// When each of them had to end.
    public var deadlines: [ContinuousClock.Instant] { state.withLock(\.deadlines) }

    public func perform(
        _ request: CurlRequest, deadline: ContinuousClock.Instant
    ) async throws(CurlError) -> CurlResponse {
        let next: Step? = state.withLock { state in
            state.requests.append(request)
            state.deadlines.append(deadline)
            return state.steps?.popLast()
        }
        guard let step = everyStep ?? next else {
            Issue.record("a request that the script does not know")
            throw .shutDown
        }
        return try step(request).get()
    }
}
