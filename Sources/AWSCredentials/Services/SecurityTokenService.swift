import AWSEndpoints
import Curl
import Formats
import SigV4

/// AWS Security Token Service, which gives credentials for roles ("AssumeRole" and "AssumeRoleWithWebIdentity" in the
/// AWS STS API Reference).
struct SecurityTokenService: Sendable {
    let endpoint: Endpoint
    private let transport: RetryingTransport
    private let signer: Signer

    init(at endpoint: Endpoint, through transport: RetryingTransport) {
        self.endpoint = endpoint
        self.transport = transport
        signer = Signer(region: endpoint.region.name, service: "sts")
    }

    /// The role's credentials, requested with the credentials `caller`. Throws `assumeRoleFailed` and `endpointFailed`.
    func credentials(
        of role: Role, for caller: Credentials, at now: Timestamp
    ) async throws(CredentialsError) -> Credentials {
        let action = "AssumeRole"
        let request = request(role.fields(of: action, at: now))
        return try credentials(of: role, as: action, in: try await response(to: request, signedBy: caller, at: now))
    }

    /// The role's credentials, requested with the token of an identity provider that the account trusts. The request is
    /// not signed. Throws `assumeRoleFailed` and `endpointFailed`.
    func credentials(
        of role: Role, forBearerOf token: String, at now: Timestamp
    ) async throws(CredentialsError) -> Credentials {
        let action = "AssumeRoleWithWebIdentity"
        var fields = role.fields(of: action, at: now)
        fields.append("WebIdentityToken", token)
        return try credentials(of: role, as: action, in: try await response(to: request(fields)))
    }

    /// The identity that AWS knows the credentials by. Throws `endpointFailed`.
    func identity(of credentials: Credentials, at now: Timestamp) async throws(CredentialsError) -> CallerIdentity {
        var fields = FormFields()
        fields.append("Action", "GetCallerIdentity")
        fields.append("Version", "2011-06-15")
        return CallerIdentity(
            try await response(to: request(fields), signedBy: credentials, at: now), from: endpoint)
    }

    private func credentials(
        of role: Role, as action: String, in response: CurlResponse
    ) throws(CredentialsError) -> Credentials {
        switch RoleResponse(response, to: action) {
        case .credentials(let credentials): return credentials
        case .error(let error): throw .assumeRoleFailed(role: role.arn, error)
        case .invalid(let error): throw endpointError(error)
        }
    }

    /// Signed at `now`. Where AWS rejects that and tells a time far from it, signed once more with AWS's time.
    private func response(
        to request: CurlRequest, signedBy caller: Credentials, at now: Timestamp
    ) async throws(CredentialsError) -> CurlResponse {
        let response = try await response(to: signed(request, with: caller, at: now))
        guard response.isSignatureError, let date = response.date, date.isFar(from: now) else { return response }
        transport.clock.learn(date)
        return try await self.response(to: signed(request, with: caller, at: date))
    }

    private func response(to request: CurlRequest) async throws(CredentialsError) -> CurlResponse {
        do throws(CurlError) {
            return try await transport.response(to: request, retryingWhere: \.isTransientSTSError)
        } catch {
            throw endpointError(.transfer(error))
        }
    }

    private func endpointError(_ error: CredentialsEndpointError) -> CredentialsError {
        .endpointFailed("AWS STS at \(endpoint.host)", error)
    }
}

// MARK: - Requests

extension SecurityTokenService {
    private func request(_ fields: FormFields) -> CurlRequest {
        CurlRequest(
            method: "POST", url: endpoint.url + "/", headers: [("Content-Type", "application/x-www-form-urlencoded")],
            body: Array(fields.encoded.utf8))
    }

    private func signed(_ request: CurlRequest, with caller: Credentials, at now: Timestamp) -> CurlRequest {
        let signing = SigningRequest(
            method: request.method, headers: request.headers + [(name: "Host", value: endpoint.host)],
            body: request.body)
        var request = request
        request.headers += signer.headers(for: signing, credentials: caller, at: now)
        return request
    }
}

/// Names and values as a form sends them, in a body or after a `?` (`application/x-www-form-urlencoded` in the HTML
/// standard; a space is `%20`, which every reader accepts too).
struct FormFields {
    private var bytes: [UInt8] = []

    var encoded: String { String(decoding: bytes, as: UTF8.self) }

    /// Adds a field, unless its value is nil.
    mutating func append(_ name: String, _ value: String?) {
        guard let value else { return }
        if !bytes.isEmpty { bytes.append(UInt8(ascii: "&")) }
        bytes.append(percentEncoding: name.utf8)
        bytes.append(UInt8(ascii: "="))
        bytes.append(percentEncoding: value.utf8)
    }
}
