import AWSCredentials
import Curl
import HTTPExchange
import HTTPTypes
import MicroHTTPD
import Synchronization

/// A request to a metadata service or a container's agent.
struct AgentRequest: Sendable, Equatable {
    let method: String
    let target: String
    let fields: [String: String]
}

/// An HTTP server on loopback that stands for a service that gives credentials, and keeps the requests.
final class AgentServer: Handler {
    private let script: @Sendable (AgentRequest) -> Reply?
    private let requests = Mutex<[AgentRequest]>([])

    /// `script` answers each request; for nil the server does not answer.
    init(_ script: @escaping @Sendable (AgentRequest) -> Reply?) {
        self.script = script
    }

    var seen: [AgentRequest] { requests.withLock { $0 } }

    func answer(_ request: borrowing Request) -> Handling {
        let fields = request.lines.map { ($0.name.lowercased(), $0.value) }
        let asked = AgentRequest(
            method: "\(request.method)", target: request.target, fields: Dictionary(fields) { first, _ in first })
        requests.withLock { $0.append(asked) }
        if let reply = script(asked) { return .reply(reply) }
        let silence = DeferredReply(deadline: .now + .seconds(30), expired: { _ in Reply(status: .gatewayTimeout) }) {
            _ in
        }
        return .later(silence)
    }

    func reply(to refusal: Refusal, of request: borrowing Request) -> Reply { Reply(status: .badRequest) }

    /// Serves while `body` runs. Its transport sends every request to this server.
    func serving(_ body: (LoopbackTransport) async throws -> Void) async throws {
        let server = try HTTPServer(handler: self)
        let client = try CurlClient()
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(LoopbackTransport(client: client, port: server.port)))
        } catch {
            result = .failure(error)
        }
        await client.shutDown()
        await server.stop(within: .zero)
        try result.get()
    }
}

extension Reply {
    /// A reply with these fields.
    static func text(
        _ text: String, status: HTTPResponse.Status = .ok, fields: [(HTTPField.Name, String)] = []
    ) -> Reply {
        var block = FieldBlock()
        for (name, value) in fields { block.append(name, value) }
        return Reply(status: status, fields: block, body: Body(text))
    }

    /// The reply of the services of EC2, ECS and EKS.
    static func credentials(_ number: Int, until end: String) -> Reply {
        .text(
            """
            {"Code": "Success", "AccessKeyId": "AKID\(number)", "SecretAccessKey": "HUSH\(number)",
             "Token": "TOKEN\(number)", "Expiration": "\(end)"}
            """)
    }
}
