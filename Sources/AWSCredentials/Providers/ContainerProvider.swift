import AWSEndpoints
public import Curl
public import Formats

/// The role of an Amazon ECS task or of a pod with EKS Pod Identity, from the agent beside the container ("Container
/// credential provider" in the AWS SDKs and Tools Reference Guide). Two variables say where the agent is.
public struct ContainerProvider: CredentialsProvider {
    /// "container".
    public let name = "container"
    private let resources: ProviderResources

    /// `pause` waits between two attempts.
    public init(
        environment: [String: String], files: FileReader, transport: any Transport,
        pause: @escaping @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) }
    ) {
        resources = ProviderResources(
            environment: EnvironmentVariables(environment), files: files, transport: transport, pause: pause)
    }

    /// Takes at most 8 s. Throws for a host that must not see a token, a token file that cannot be used, and an agent
    /// that gives no credentials in three attempts.
    public func credentials(at now: Timestamp) async throws(CredentialsError) -> ProviderResult {
        guard let endpoint = try ContainerEndpoint(environment: resources.environment) else {
            let variables = [ContainerEndpoint.relativeURI, ContainerEndpoint.fullURI]
            return .notConfigured(reason: "neither \(variables.joined(separator: " nor ")) is set")
        }
        let document = try await document(through: request(to: endpoint))
        return .found(document.credentials, from: CredentialsOrigin(name, isStaticallyStable: true))
    }

    private func request(to endpoint: ContainerEndpoint) throws(CredentialsError) -> CurlRequest {
        var request = CurlRequest(
            url: endpoint.url.text, headers: [("Accept", "application/json")], bypassesProxies: true)
        let token = try ContainerToken(environment: resources.environment, files: resources.files)
        if let token { request.headers.append(("Authorization", token.text)) }
        return request
    }

    private func document(through request: CurlRequest) async throws(CredentialsError) -> CredentialsDocument {
        var request = request
        var attempt = 1
        while true {
            do throws(CredentialsEndpointError) {
                return try document(in: try await response(to: request))
            } catch {
                guard attempt < Self.attempts else { throw .endpointFailed("the container's agent", error) }
                if case .transfer(let error) = error { request = request.repeated(after: error) }
            }
            attempt += 1
            await resources.pause(.seconds(1))
        }
    }

    private func document(in response: CurlResponse) throws(CredentialsEndpointError) -> CredentialsDocument {
        guard response.status == 200 else { throw .status(response.status) }
        return try CredentialsDocument(response.body)
    }

    private func response(to request: CurlRequest) async throws(CredentialsEndpointError) -> CurlResponse {
        do throws(CurlError) {
            return try await resources.transport.perform(request, deadline: .now + Self.timeout)
        } catch {
            throw .transfer(error)
        }
    }

    private static let attempts = 3
    private static let timeout = Duration.seconds(2)
}

/// Where a container asks for its credentials.
struct ContainerEndpoint {
    let url: EndpointURL

    static let relativeURI = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"
    static let fullURI = "AWS_CONTAINER_CREDENTIALS_FULL_URI"

    /// Nil where neither variable is set; the relative one comes first. Throws `malformedSetting`.
    init?(environment: EnvironmentVariables) throws(CredentialsError) {
        if let path = environment.value(of: Self.relativeURI) {
            url = try Self.url(path: path)
        } else if let text = environment.value(of: Self.fullURI) {
            url = try Self.url(full: text)
        } else {
            return nil
        }
    }

    /// Without the slash the value could lengthen the host.
    private static func url(path: String) throws(CredentialsError) -> EndpointURL {
        guard path.utf8.first == UInt8(ascii: "/"), let url = EndpointURL("http://169.254.170.2" + path)
        else { throw .malformedSetting(relativeURI, allowed: "a path that begins with /") }
        return url
    }

    /// Plain http sends the token unencrypted, so it is allowed only for loopback and link-local hosts.
    private static func url(full text: String) throws(CredentialsError) -> EndpointURL {
        guard let url = EndpointURL(text)
        else { throw .malformedSetting(fullURI, allowed: "an absolute http or https URL with a host") }
        guard url.origin.scheme == .https || url.origin.isLoopback || linkLocal.contains(url.origin.host) else {
            throw .malformedSetting(
                fullURI,
                allowed: "an https URL, or an http URL whose host is localhost, a loopback address, 169.254.170.2, "
                    + "169.254.170.23 or [fd00:ec2::23]")
        }
        return url
    }

    /// The agent of Amazon ECS, and that of Amazon EKS Pod Identity.
    private static let linkLocal: Set = ["169.254.170.2", "169.254.170.23", "fd00:ec2::23"]
}

/// The token that a container shows its agent: the whole value of `Authorization`.
struct ContainerToken {
    let text: String

    /// Nil where neither variable is set; the file comes first. The file is read each time, because its content is
    /// replaced long before the token expires. Throws `unreadableFile` and `malformedToken`.
    init?(environment: EnvironmentVariables, files: FileReader) throws(CredentialsError) {
        if let path = environment.value(of: Self.file) {
            try self.init(try files.requiredText(of: path), from: path)
        } else if let text = environment.verbatim(Self.variable), !text.isEmpty {
            try self.init(text, from: Self.variable)
        } else {
            return nil
        }
    }

    /// A line break in the token could begin another header field.
    private init(_ text: String, from source: String) throws(CredentialsError) {
        guard !text.isEmpty, !text.utf8.contains(where: \.isLineBreak) else { throw .malformedToken(source) }
        self.text = text
    }

    private static let file = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"
    private static let variable = "AWS_CONTAINER_AUTHORIZATION_TOKEN"
}
