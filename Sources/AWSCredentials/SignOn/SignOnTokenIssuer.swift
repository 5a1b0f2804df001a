import Curl
import FoundationEssentials
import SigV4

/// Prolongs sign-ins ("CreateToken" in the IAM Identity Center OIDC API Reference).
struct SignOnTokenIssuer: Sendable {
    let endpoint: ServiceEndpoint
    let transport: PatientTransport

    /// A new token for the old one, or nil where none is to be had.
    func token(after old: SignOnToken, at now: Timestamp) async -> SignOnToken? {
        guard let renewal = old.renewal, let request = request(showing: renewal),
            let response = try? await transport.answer(to: request, retryingWhere: \.isOverload),
            response.status == 200,
            let answer = try? JSONDecoder().decode(IssuerAnswer.self, from: Data(response.body))
        else { return nil }
        var next = renewal
        next.refreshToken = answer.refreshToken ?? renewal.refreshToken
        let lifetime = min(max(answer.expiresIn, 0), Self.longestLifetime)
        return SignOnToken(
            accessToken: answer.accessToken, expiration: now.adding(milliseconds: lifetime * 1_000), renewal: next)
    }

    private func request(showing renewal: SignOnToken.Renewal) -> CurlRequest? {
        let members = [
            "grantType": "refresh_token", "clientId": renewal.clientID, "clientSecret": renewal.clientSecret,
            "refreshToken": renewal.refreshToken,
        ]
        guard let body = try? JSONEncoder().encode(members) else { return nil }
        return CurlRequest(
            method: "POST", url: endpoint.url + "/token", headers: [("Content-Type", "application/json")],
            body: Array(body))
    }

    /// 90 days, in seconds: the longest session of IAM Identity Center.
    private static let longestLifetime: Int64 = 7_776_000
}

private struct IssuerAnswer: Decodable {
    let accessToken: String
    /// In seconds.
    let expiresIn: Int64
    let refreshToken: String?
}
