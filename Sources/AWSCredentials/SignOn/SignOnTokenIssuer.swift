import Curl
import FoundationEssentials
import SigV4

/// Prolongs sign-ins ("CreateToken" in the IAM Identity Center OIDC API Reference).
struct SignOnTokenIssuer: Sendable {
    let endpoint: ServiceEndpoint
    let transport: PatientTransport

    /// A new token for the old one, or nil where AWS grants none any more. Throws where it gave no answer of either
    /// kind.
    func token(after old: SignOnToken, at now: Timestamp) async throws(EndpointFault) -> SignOnToken? {
        guard let renewal = old.renewal, let request = request(showing: renewal) else { return nil }
        let response = try await answer(to: request)
        if response.saysThatTheSignInHasEnded { return nil }
        guard response.status == 200 else { throw .status(response.status) }
        guard let answer = try? JSONDecoder().decode(IssuerAnswer.self, from: Data(response.body))
        else { throw .malformed }
        var next = renewal
        next.refreshToken = answer.refreshToken ?? renewal.refreshToken
        let lifetime = min(max(answer.expiresIn, 0), Self.longestLifetime)
        return SignOnToken(
            accessToken: answer.accessToken, expiration: now.adding(milliseconds: lifetime * 1_000), renewal: next)
    }

    private func answer(to request: CurlRequest) async throws(EndpointFault) -> CurlResponse {
        do throws(CurlError) {
            return try await transport.answer(to: request, retryingWhere: \.isOverload)
        } catch {
            throw .transfer(error)
        }
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
