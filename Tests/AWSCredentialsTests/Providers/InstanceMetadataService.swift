import HTTPExchange
import HTTPTypes
import Synchronization

/// Stands for the instance metadata service of an instance with the role `ward-role`. Its tokens are `pass-1`, `pass-2`
/// and so on, and it accepts the last one.
final class InstanceMetadataService: Sendable {
    let server: AgentServer
    private let tokens: TokenDesk

    /// `exception` replies instead of the service where it is not nil.
    init(
        lifetime: Int = 21_600, end: String = "2026-11-24T18:00:00Z",
        exception: @escaping @Sendable (AgentRequest) -> Reply? = { _ in nil }
    ) {
        let tokens = TokenDesk()
        self.tokens = tokens
        server = AgentServer { request in
            exception(request) ?? tokens.reply(to: request, lifetime: lifetime, end: end)
        }
    }

    func revokeTokens() { tokens.revoke() }
}

private final class TokenDesk: Sendable {
    private let state = Mutex((issued: 0, isRevoked: false))

    func revoke() { state.withLock { $0.isRevoked = true } }

    func reply(to request: AgentRequest, lifetime: Int, end: String) -> Reply {
        if request.method == "PUT" { return token(lifetime) }
        guard request.fields["x-aws-ec2-metadata-token"] == current else { return .text("", status: .unauthorized) }
        return request.target.hasSuffix("/") ? .text("ward-role\n") : .credentials(1, until: end)
    }

    private var current: String? { state.withLock { $0.isRevoked ? nil : "pass-\($0.issued)" } }

    private func token(_ lifetime: Int) -> Reply {
        let number = state.withLock { state in
            state.issued += 1
            state.isRevoked = false
            return state.issued
        }
        return .text(
            "pass-\(number)", fields: [(HTTPField.Name("x-aws-ec2-metadata-token-ttl-seconds")!, "\(lifetime)")])
    }
}
