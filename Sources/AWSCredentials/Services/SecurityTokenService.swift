import AWSEndpoints
import Curl
import Formats
import SigV4

/// AWS Security Token Service, which hands out the credentials of roles ("AssumeRole" and "AssumeRoleWithWebIdentity"
/// in the AWS STS API Reference).
struct SecurityTokenService: Sendable {
    let endpoint: Endpoint
    private let transport: RetryingTransport
    private let signer: Signer

    init(at endpoint: Endpoint, through transport: RetryingTransport) {
        self.endpoint = endpoint
        self.transport = transport
        signer = Signer(region: endpoint.region.name, service: "sts")
    }

    /// The role's credentials for who signs with `caller`, ending by the clock that says `now`. Throws `assumeRoleFailed`
    /// and `endpointFailed`.
    func credentials(
        of role: Role, for caller: Credentials, at now: Timestamp
    ) async throws(CredentialsError) -> Credentials {
        let action = "AssumeRole"
        let request = request(role.fields(of: action, at: now))
        let (response, serverTime) = try await response(to: request, signedBy: caller, at: now)
        return try credentials(of: role, as: action, in: response, at: now, whenItWas: serverTime)
    }

    /// The role's credentials for who holds a token of an identity provider that the account trusts. Nothing is signed.
    /// Throws `assumeRoleFailed` and `endpointFailed`.
    func credentials(
        of role: Role, forBearerOf token: String, at now: Timestamp
    ) async throws(CredentialsError) -> Credentials {
        let action = "AssumeRoleWithWebIdentity"
        var fields = role.fields(of: action, at: now)
        fields.append("WebIdentityToken", token)
        return try credentials(of: role, as: action, in: try await response(to: request(fields)), at: now)
    }

    /// Whom AWS takes the credentials for. Throws `endpointFailed`.
    func identity(of credentials: Credentials, at now: Timestamp) async throws(CredentialsError) -> CallerIdentity {
        var fields = FormFields()
        fields.append("Action", "GetCallerIdentity")
        fields.append("Version", "2011-06-15")
        let (response, _) = try await response(to: request(fields), signedBy: credentials, at: now)
        return CallerIdentity(response, from: endpoint)
    }

    private func credentials(
        of role: Role, as action: String, in response: CurlResponse, at now: Timestamp,
        whenItWas serverTime: Timestamp? = nil
    ) throws(CredentialsError) -> Credentials {
        switch RoleResponse(response, to: action) {
        case .credentials(let credentials):
            // What is new has not ended: it is this machine's clock that says so.
            let serverTime = serverTime ?? (credentials.hasEnded(at: now) ? response.date(farFrom: now) : nil)
            return serverTime.map { credentials.ending(byClockAt: now, insteadOf: $0) } ?? credentials
        case .error(let error): throw .assumeRoleFailed(role: role.arn, error)
        case .invalid(let error): throw endpointError(error)
        }
    }

    /// Signed with this machine's time; where AWS refuses that and tells another, once more with AWS's, which is given
    /// too then.
    private func response(
        to request: CurlRequest, signedBy caller: Credentials, at now: Timestamp
    ) async throws(CredentialsError) -> (CurlResponse, serverTime: Timestamp?) {
        let response = try await response(to: signed(request, with: caller, at: now))
        guard response.isSignatureError, let date = response.date(farFrom: now) else { return (response, nil) }
        return (try await self.response(to: signed(request, with: caller, at: date)), date)
    }

    private func response(to request: CurlRequest) async throws(CredentialsError) -> CurlResponse {
        do throws(CurlError) {
            return try await transport.answer(to: request, retryingWhere: \.isTransientSTSError)
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

/// Names and values as a form sends them, in a body or behind a `?` (`application/x-www-form-urlencoded` in the HTML
/// standard; a space is `%20`, which every reader takes too).
struct FormFields {
    private var bytes: [UInt8] = []

    var encoded: String { String(decoding: bytes, as: UTF8.self) }

    /// Adds a field; one without a value is left out.
    mutating func append(_ name: String, _ value: String?) {
        guard let value else { return }
        if !bytes.isEmpty { bytes.append(UInt8(ascii: "&")) }
        bytes.append(percentEncoding: name.utf8)
        bytes.append(UInt8(ascii: "="))
        bytes.append(percentEncoding: value.utf8)
    }
}

extension CurlResponse {
    /// AWS's own time, where it differs enough from `now` to matter: AWS takes what was signed within 5 minutes of its
    /// time, and a part of that may be lost on the way. (RFC 9110 §6.6.1; a `Date` has whole seconds.)
    func date(farFrom now: Timestamp) -> Timestamp? {
        guard let date = headers["Date"].flatMap(Timestamp.init(httpDate:)) else { return nil }
        return date.milliseconds(since: now).magnitude >= 240_000 ? date : nil
    }

    /// Whether AWS STS refuses the signature or its time, which a wrong clock makes it do.
    var isSignatureError: Bool {
        guard !isOverload, case .error(let error) = RoleResponse(self, to: "") else { return false }
        return error == .wrongTime || error == .wrongSignature
    }
}

extension Credentials {
    func hasEnded(at now: Timestamp) -> Bool { expiration.map { $0 <= now } ?? false }

    /// The same, with the end as this machine's clock will show it, which said `now` when AWS's said `date`.
    func ending(byClockAt now: Timestamp, insteadOf date: Timestamp) -> Credentials {
        Credentials(
            accessKeyID: accessKeyID, secretAccessKey: secretAccessKey, sessionToken: sessionToken,
            expiration: expiration?.adding(milliseconds: now.milliseconds(since: date)), accountID: accountID)
    }
}
