import AWSEndpoints
import Crypto
import Curl
import Formats
import FoundationEssentials

/// Refreshes tokens of IAM Identity Center ("CreateToken" in the IAM Identity Center OIDC API Reference).
struct SSOTokenIssuer: Sendable {
    let endpoint: Endpoint
    let transport: RetryingTransport

    /// A new token for the old one, or nil where AWS does not refresh it any more. Throws where AWS gave neither answer.
    func token(after old: SSOToken, at now: Timestamp) async throws(CredentialsEndpointError) -> SSOToken? {
        guard let grant = old.refreshGrant, let request = request(by: grant) else { return nil }
        let response = try await response(to: request)
        if response.endsSession { return nil }
        guard response.status == 200 else { throw .status(response.status) }
        guard let created = try? JSONDecoder().decode(CreatedToken.self, from: Data(response.body))
        else { throw .malformed }
        var nextGrant = grant
        nextGrant.refreshToken = created.refreshToken ?? grant.refreshToken
        let lifetime = min(max(created.expiresIn, 0), Self.longestLifetime)
        return SSOToken(
            accessToken: created.accessToken,
            expiration: (response.date ?? now).adding(milliseconds: lifetime * 1_000),
            refreshGrant: nextGrant)
    }

    private func response(to request: CurlRequest) async throws(CredentialsEndpointError) -> CurlResponse {
        do throws(CurlError) {
            return try await transport.response(to: request, retryingWhere: \.isOverload)
        } catch {
            throw .transfer(error)
        }
    }

    private func request(by grant: SSOToken.RefreshGrant) -> CurlRequest? {
        let members = [
            "grantType": "refresh_token", "clientId": grant.clientID, "clientSecret": grant.clientSecret,
            "refreshToken": grant.refreshToken,
        ]
        guard let body = try? JSONEncoder().encode(members) else { return nil }
        return CurlRequest(
            method: "POST", url: endpoint.url + "/token", headers: [("Content-Type", "application/json")],
            body: Array(body))
    }

    /// 90 days, in seconds: the longest session of IAM Identity Center.
    private static let longestLifetime: Int64 = 7_776_000
}

extension CurlResponse {
    /// Whether an error code of OAuth 2.0 (RFC 6749 §5.2) or of the service says that the token cannot be refreshed any
    /// more. Other errors may pass, such as one of a request that was damaged on the way.
    fileprivate var endsSession: Bool {
        guard (400..<500).contains(status),
            let reported = try? JSONDecoder().decode(CreateTokenError.self, from: Data(body))
        else { return false }
        return ["invalid_grant", "expired_token", "invalid_client", "unauthorized_client"].contains(reported.error)
    }
}

private struct CreateTokenError: Decodable {
    let error: String
}

private struct CreatedToken: Decodable {
    let accessToken: String
    /// In seconds.
    let expiresIn: Int64
    let refreshToken: String?
}

/// The role of an account that a profile takes from IAM Identity Center, and the session whose token it uses ("IAM
/// Identity Center credential provider" in the AWS SDKs and Tools Reference Guide).
package struct SSOSettings: Sendable, Equatable {
    /// The profile's name, for errors.
    package let profile: String
    /// Nil for a profile of the older kind, whose token cannot be refreshed.
    package let session: String?
    /// `sso_region`: the region of the portal, which may differ from that of the jobs.
    package let region: String
    /// `sso_start_url`: the portal that the token is for.
    package let startURL: String
    /// `sso_account_id`: 12 digits, the account that has the role.
    package let accountID: String
    /// `sso_role_name`: the role's name at the portal.
    package let roleName: String

    /// The settings of the profile and its `sso-session` section; nothing is checked here.
    package init(
        profile: String, session: String?, region: String, startURL: String, accountID: String, roleName: String
    ) {
        self.profile = profile
        self.session = session
        self.region = region
        self.startURL = startURL
        self.accountID = accountID
        self.roleName = roleName
    }

    /// The file in which `aws sso login` keeps the token, below the home directory.
    func tokenFile(home: String) -> String {
        let key = Insecure.SHA1.hash(data: Array((session ?? startURL).utf8))
        return "\(home)/.aws/sso/cache/\(String(hexadecimal: key)).json"
    }
}
