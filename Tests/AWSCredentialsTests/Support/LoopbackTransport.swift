import Curl
import Synchronization

/// Sends every request to one port on loopback, whatever its host, and keeps the requests. Once `isGone`,
/// connections are refused.
final class LoopbackTransport: Transport {
    private let client: CurlClient
    private let port: UInt16
    private let state = Mutex((requests: [CurlRequest](), isGone: false))

    init(client: CurlClient, port: UInt16) {
        self.client = client
        self.port = port
    }

    var requests: [CurlRequest] { state.withLock { $0.requests } }

    var isGone: Bool {
        get { state.withLock { $0.isGone } }
        set { state.withLock { $0.isGone = newValue } }
    }

    func perform(
        _ request: CurlRequest, deadline: ContinuousClock.Instant
    ) async throws(CurlError) -> CurlResponse {
        state.withLock { $0.requests.append(request) }
        var request = request
        let path = request.url.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: true).last ?? ""
        // No server listens on port 1.
        request.url = "http://127.0.0.1:\(isGone ? 1 : port)/\(path)"
        return try await client.perform(request, deadline: deadline)
    }
}
