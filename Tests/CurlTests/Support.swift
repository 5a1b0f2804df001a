import Curl
import Threads

/// Runs the body with a client and a server and ends both.
func withServer<Result>(
    options: CurlOptions = CurlOptions(),
    script: @escaping @Sendable (LoopbackServer.Request) -> [LoopbackServer.Step],
    _ body: (CurlClient, LoopbackServer) async throws -> Result
) async rethrows -> Result {
    let server = LoopbackServer(script)
    defer { server.stop() }
    return try await withClient(options) { try await body($0, server) }
}

/// Runs the body with a client and shuts it down.
func withClient<Result>(
    _ options: CurlOptions = CurlOptions(), _ body: (CurlClient) async throws -> Result
) async rethrows -> Result {
    let client = startClient(options)
    do {
        let result = try await body(client)
        await client.shutDown()
        return result
    } catch {
        await client.shutDown()
        throw error
    }
}

private func startClient(_ options: CurlOptions) -> CurlClient {
    do { return try CurlClient(options: options) } catch { preconditionFailure("no client starts: \(error)") }
}

/// Runs the body on a thread of its own: what a server does blocks, which the threads of tasks must not.
func startThread(_ body: @escaping @Sendable () -> Void) {
    do { try DetachedThread.start(body) } catch { preconditionFailure("no thread is left (error \(error.code))") }
}

extension CurlClient {
    /// A request with time enough for anything but a hang, without the proxies of the environment.
    func get(_ url: String, within time: Duration = .seconds(10)) async throws(CurlError) -> CurlResponse {
        try await perform(CurlRequest(url: url, bypassesProxies: true), deadline: .now + time)
    }

    /// The error that a request is expected to end with.
    func failure(_ request: CurlRequest, within time: Duration = .seconds(10)) async -> CurlError? {
        do throws(CurlError) {
            _ = try await perform(request, deadline: .now + time)
            return nil
        } catch {
            return error
        }
    }

    func failure(_ url: String, within time: Duration = .seconds(10)) async -> CurlError? {
        await failure(CurlRequest(url: url, bypassesProxies: true), within: time)
    }
}

extension LoopbackServer.Step {
    /// A complete response.
    static func answer(_ body: String = "ok", status: String = "200 OK", headers: String = "") -> Self {
        .send("HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\n\(headers)\r\n\(body)")
    }
}
