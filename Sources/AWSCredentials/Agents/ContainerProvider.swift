public import Curl
public import SigV4

/// The role of an Amazon ECS task or of a pod with EKS Pod Identity, from the agent beside the container ("Container
/// credential provider" in the AWS SDKs and Tools Reference Guide). Which agent, two variables say.
public struct ContainerProvider: CredentialsProvider {
    /// "container".
    public let name = "container"
    private let environment: Variables
    private let files: FileReader
    private let transport: any Transport
    private let pause: @Sendable (Duration) async -> Void

    /// `pause` waits between two attempts.
    public init(
        environment: [String: String], files: FileReader, transport: any Transport,
        pause: @escaping @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) }
    ) {
        self.environment = Variables(environment)
        self.files = files
        self.transport = transport
        self.pause = pause
    }

    /// Takes at most 8 s. Throws for a host that must not see a token, a token file that cannot be used, and an agent
    /// that yields nothing in three attempts.
    public func credentials(at now: Timestamp) async throws(CredentialsError) -> ProviderAnswer {
        guard let endpoint = try ContainerEndpoint(environment: environment) else {
            let variables = [ContainerEndpoint.relativeURI, ContainerEndpoint.fullURI]
            return .notConfigured(reason: "neither \(variables.joined(separator: " nor ")) is set")
        }
        let document = try await document(through: request(to: endpoint))
        return .found(document.credentials, from: CredentialsOrigin(name, isStaticallyStable: true))
    }

    private func request(to endpoint: ContainerEndpoint) throws(CredentialsError) -> CurlRequest {
        var request = CurlRequest(
            url: endpoint.url.text, headers: [("Accept", "application/json")], bypassesProxies: true)
        let token = try ContainerToken(environment: environment, files: files)
        if let token { request.headers.append(("Authorization", token.text)) }
        return request
    }

    private func document(through request: CurlRequest) async throws(CredentialsError) -> CredentialsDocument {
        var attempt = 1
        while true {
            do throws(EndpointFault) {
                return try await document(answering: request)
            } catch {
                guard attempt < Self.attempts else { throw .endpointFailed("the container's agent", error) }
            }
            attempt += 1
            await pause(.seconds(1))
        }
    }

    private func document(answering request: CurlRequest) async throws(EndpointFault) -> CredentialsDocument {
        let response: CurlResponse
        do throws(CurlError) {
            response = try await transport.perform(request, deadline: .now + Self.timeout)
        } catch {
            throw .transfer(error)
        }
        guard response.status == 200 else { throw .status(response.status) }
        return try CredentialsDocument(response.body)
    }

    private static let attempts = 3
    private static let timeout = Duration.seconds(2)
}
