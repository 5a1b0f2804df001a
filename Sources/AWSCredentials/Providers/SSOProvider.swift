import AWSEndpoints
import Curl
import Formats
import FoundationEssentials
import SigV4

/// A role that a user of IAM Identity Center has, by the sign-in that the AWS CLI keeps. The file is read anew for each
/// answer; a sign-in that is refreshed here stays in memory, and the file as it is.
struct SSOProvider: CredentialsProvider {
    let name = "SSO"
    let settings: SSOSettings
    /// The token's file.
    let path: String
    let files: FileReader
    let store: SSOTokenStore
    let portal: Endpoint
    let issuer: SSOTokenIssuer
    let transport: RetryingTransport

    /// Throws `ssoFailed`, `unreadableFile` and `endpointFailed`.
    func credentials(at now: Timestamp) async throws(CredentialsError) -> ProviderResult {
        let response = try await answer(to: request(showing: try await token(at: now)))
        switch response.status {
        case 200: return .found(try credentials(in: response), from: CredentialsOrigin(name))
        case 401: throw ssoError(.refused)
        case 403, 404: throw ssoError(.noSuchRole(name: settings.roleName, accountID: settings.accountID))
        case let status: throw portalError(.status(status))
        }
    }

    private func token(at now: Timestamp) async throws(CredentialsError) -> SSOToken {
        switch store.step(with: try filedToken(), from: path, at: now) {
        case .use(let token): return token
        case .signIn: throw ssoError(.ended)
        case .refresh(let old): return try await token(after: old, at: now)
        }
    }

    /// A new token, or the old one as long as it has not ended.
    private func token(after old: SSOToken, at now: Timestamp) async throws(CredentialsError) -> SSOToken {
        var failure = ssoError(.ended)
        do throws(CredentialsEndpointError) {
            if let new = try await issuer.token(after: old, at: now) {
                store.keep(new, for: path)
                return new
            }
        } catch {
            failure = .endpointFailed("IAM Identity Center at \(issuer.endpoint.host)", error)
        }
        guard now < old.expiration else { throw failure }
        return old
    }

    private func filedToken() throws(CredentialsError) -> SSOToken {
        let text: String
        do throws(CredentialsError) {
            text = try files.neededText(of: path)
        } catch {
            throw error == .unreadableFile(path: path, .missing) ? ssoError(.absent(path: path)) : error
        }
        guard let token = SSOToken(file: text) else { throw ssoError(.malformed(path: path)) }
        return token
    }

    private func ssoError(_ error: SSOError) -> CredentialsError { .ssoFailed(profile: settings.profile, error) }

    private func portalError(_ error: CredentialsEndpointError) -> CredentialsError {
        .endpointFailed("IAM Identity Center at \(portal.host)", error)
    }
}

// MARK: - The portal

extension SSOProvider {
    /// "GetRoleCredentials" in the IAM Identity Center Portal API Reference.
    private func request(showing token: SSOToken) -> CurlRequest {
        var fields = FormFields()
        fields.append("role_name", settings.roleName)
        fields.append("account_id", settings.accountID)
        return CurlRequest(
            url: "\(portal.url)/federation/credentials?\(fields.encoded)",
            headers: [("x-amz-sso_bearer_token", token.accessToken)])
    }

    private func answer(to request: CurlRequest) async throws(CredentialsError) -> CurlResponse {
        do throws(CurlError) {
            return try await transport.answer(to: request, retryingWhere: \.isOverload)
        } catch {
            throw portalError(.transfer(error))
        }
    }

    private func credentials(in response: CurlResponse) throws(CredentialsError) -> Credentials {
        guard let keys = try? JSONDecoder().decode(PortalAnswer.self, from: Data(response.body)).roleCredentials
        else { throw portalError(.malformed) }
        return Credentials(
            accessKeyID: keys.accessKeyId, secretAccessKey: keys.secretAccessKey, sessionToken: keys.sessionToken,
            expiration: Timestamp(millisecondsSinceEpoch: keys.expiration), accountID: settings.accountID)
    }
}

private struct PortalAnswer: Decodable {
    let roleCredentials: Keys

    struct Keys: Decodable {
        let accessKeyId: String
        let secretAccessKey: String
        let sessionToken: String
        /// In milliseconds since 1970.
        let expiration: Int64
    }
}

/// Why a sign-in at IAM Identity Center is of no use. Somebody has to do something about each of
/// them, except that a malformed file may be one that is being written.
public enum SSOError: Error, Sendable, Equatable {
    /// This file, where the sign-in would be, does not exist.
    case absent(path: String)
    /// This file, where the sign-in should be, holds something else.
    case malformed(path: String)
    case ended
    /// AWS does not accept the sign-in.
    case refused
    /// The user has no such role in the account.
    case noSuchRole(name: String, accountID: String)
}

extension SSOError: CustomStringConvertible {
    /// A clause for people: why the profile cannot sign in.
    public var description: String {
        switch self {
        case .absent(let path): "nobody has signed in (aws sso login), for \(path) does not exist"
        case .malformed(let path): "\(path) holds no sign-in"
        case .ended: "the sign-in has ended (aws sso login makes a new one)"
        case .refused: "AWS does not accept the sign-in (aws sso login makes a new one)"
        case .noSuchRole(let name, let accountID): "the user has no role '\(name)' in account '\(accountID)'"
        }
    }
}
