import AWSEndpoints
import Crypto
import Curl
import Formats
import FoundationEssentials

/// Refreshes tokens ("CreateToken" in the IAM Identity Center OIDC API Reference).
struct SSOTokenIssuer: Sendable {
    let endpoint: Endpoint
    let transport: RetryingTransport

    /// A new token for the old one, or nil where AWS grants none any more. Throws where it gave no answer of either
    /// kind.
    func token(after old: SSOToken, at now: Timestamp) async throws(CredentialsEndpointError) -> SSOToken? {
        guard let refreshGrant = old.refreshGrant, let request = request(showing: refreshGrant) else { return nil }
        let response = try await answer(to: request)
        if response.saysThatTheSignInHasEnded { return nil }
        guard response.status == 200 else { throw .status(response.status) }
        guard let answer = try? JSONDecoder().decode(IssuerAnswer.self, from: Data(response.body))
        else { throw .malformed }
        var next = refreshGrant
        next.refreshToken = answer.refreshToken ?? refreshGrant.refreshToken
        let lifetime = min(max(answer.expiresIn, 0), Self.longestLifetime)
        return SSOToken(
            accessToken: answer.accessToken, expiration: now.adding(milliseconds: lifetime * 1_000), refreshGrant: next)
    }

    private func answer(to request: CurlRequest) async throws(CredentialsEndpointError) -> CurlResponse {
        do throws(CurlError) {
            return try await transport.answer(to: request, retryingWhere: \.isOverload)
        } catch {
            throw .transfer(error)
        }
    }

    private func request(showing refreshGrant: SSOToken.RefreshGrant) -> CurlRequest? {
        let members = [
            "grantType": "refresh_token", "clientId": refreshGrant.clientID, "clientSecret": refreshGrant.clientSecret,
            "refreshToken": refreshGrant.refreshToken,
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
    /// By the codes of OAuth 2.0 (RFC 6749 §5.2) and of the service; any other refusal may pass, as one of a request
    /// that something on the way has spoilt.
    fileprivate var saysThatTheSignInHasEnded: Bool {
        guard (400..<500).contains(status),
            let refusal = try? JSONDecoder().decode(IssuerRefusal.self, from: Data(body))
        else { return false }
        return ["invalid_grant", "expired_token", "invalid_client", "unauthorized_client"].contains(refusal.error)
    }
}

private struct IssuerRefusal: Decodable {
    let error: String
}

private struct IssuerAnswer: Decodable {
    let accessToken: String
    /// In seconds.
    let expiresIn: Int64
    let refreshToken: String?
}

/// Which role of which account a profile takes from IAM Identity Center, and where the sign-in is kept ("IAM Identity
/// Center credential provider" in the AWS SDKs and Tools Reference Guide).
package struct SSOSettings: Sendable, Equatable {
    /// The profile's name, for errors.
    package let profile: String
    /// Nil for a profile of the older kind, whose sign-in cannot be refreshed.
    package let session: String?
    /// `sso_region`: where the portal is, which need not be where jobs are.
    package let region: String
    /// `sso_start_url`: which portal the sign-in is for.
    package let startURL: String
    /// `sso_account_id`: 12 digits, the account that has the role.
    package let accountID: String
    /// `sso_role_name`: the name that the portal knows the role by.
    package let roleName: String

    /// What the profile and its `sso-session` section say; nothing is checked here.
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

    /// Where `aws sso login` puts the token, below the home directory.
    func tokenFile(home: String) -> String {
        let key = Insecure.SHA1.hash(data: Array((session ?? startURL).utf8))
        return "\(home)/.aws/sso/cache/\(String(hexadecimal: key)).json"
    }
}
