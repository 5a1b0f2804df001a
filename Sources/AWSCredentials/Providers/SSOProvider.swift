import AWSEndpoints
import Curl
import Formats
import FoundationEssentials
import SigV4

/// A role of a user of IAM Identity Center (SSO), by the token that the AWS CLI keeps in a file. The file is read for
/// each request for credentials; a token that is refreshed here stays in memory, and the file unchanged.
struct SSOProvider: CredentialsProvider {
    let name = "SSO"
    let settings: SSOSettings
    /// Of the token's file.
    let path: String
    let files: FileReader
    let store: SSOTokenStore
    let portal: Endpoint
    let issuer: SSOTokenIssuer
    let transport: RetryingTransport

    /// Throws `ssoFailed`, `unreadableFile` and `endpointFailed`.
    func credentials(at now: Timestamp) async throws(CredentialsError) -> ProviderResult {
        let response = try await response(to: request(showing: try await token(at: now)))
        guard response.status == 200 else { throw error(reportedBy: response) }
        return .found(try credentials(in: response), from: CredentialsOrigin(name, isStaticallyStable: true))
    }

    private func token(at now: Timestamp) async throws(CredentialsError) -> SSOToken {
        switch store.step(with: try tokenInFile(), from: path, at: now) {
        case .use(let token): return token
        case .signIn: throw ssoError(.expired)
        case .refresh(let old): return try await token(after: old, at: now)
        }
    }

    /// A refreshed token, or the old one until it expires.
    private func token(after old: SSOToken, at now: Timestamp) async throws(CredentialsError) -> SSOToken {
        var failure = ssoError(.expired)
        do throws(CredentialsEndpointError) {
            if let refreshed = try await issuer.token(after: old, at: now) {
                store.keep(refreshed, for: path)
                return refreshed
            }
        } catch {
            failure = .endpointFailed("IAM Identity Center at \(issuer.endpoint.host)", error)
        }
        guard now < old.expiration else { throw failure }
        return old
    }

    private func tokenInFile() throws(CredentialsError) -> SSOToken {
        let text: String
        do throws(CredentialsError) {
            text = try files.requiredText(of: path)
        } catch {
            throw error == .unreadableFile(path: path, .missing) ? ssoError(.missingFile(path: path)) : error
        }
        guard let token = SSOToken(file: text) else { throw ssoError(.malformedFile(path: path)) }
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

    private func response(to request: CurlRequest) async throws(CredentialsError) -> CurlResponse {
        do throws(CurlError) {
            return try await transport.response(to: request, retryingWhere: \.isOverload)
        } catch {
            throw portalError(.transfer(error))
        }
    }

    /// What a response without credentials means. Only an error code of the portal's is a denial: a proxy on the way answers
    /// with the same statuses.
    private func error(reportedBy response: CurlResponse) -> CredentialsError {
        switch response.portalErrorCode {
        case "UnauthorizedException": ssoError(.rejected)
        case "ForbiddenException", "ResourceNotFoundException":
            ssoError(.noSuchRole(name: settings.roleName, accountID: settings.accountID))
        default: portalError(.status(response.status))
        }
    }

    private func credentials(in response: CurlResponse) throws(CredentialsError) -> Credentials {
        guard let keys = try? JSONDecoder().decode(RoleCredentials.self, from: Data(response.body)).roleCredentials
        else { throw portalError(.malformed) }
        return Credentials(
            accessKeyID: keys.accessKeyId, secretAccessKey: keys.secretAccessKey, sessionToken: keys.sessionToken,
            expiration: Timestamp(millisecondsSinceEpoch: keys.expiration))
    }
}

extension CurlResponse {
    /// The error code in `X-Amzn-ErrorType` or the body, without a namespace before `#` and a URL after `:` ("Operation error
    /// serialization" of AWS restJson1); nil where there is none.
    fileprivate var portalErrorCode: String? {
        let text =
            headers["X-Amzn-ErrorType"] ?? (try? JSONDecoder().decode(PortalErrorBody.self, from: Data(body)))?.code
        let name = text?.utf8.prefix { $0 != UInt8(ascii: ":") }.split(separator: UInt8(ascii: "#")).last
        return name.map { String(Substring($0).trimmingWhitespace) }
    }
}

/// The body of an error.
private struct PortalErrorBody: Decodable {
    let code: String

    private enum Key: String, CodingKey {
        case type = "__type"
        case code
    }

    init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: Key.self)
        code = try members.decodeIfPresent(String.self, forKey: .type) ?? members.decode(String.self, forKey: .code)
    }
}

/// The response of GetRoleCredentials.
private struct RoleCredentials: Decodable {
    let roleCredentials: Keys

    struct Keys: Decodable {
        let accessKeyId: String
        let secretAccessKey: String
        let sessionToken: String
        /// In milliseconds since 1970.
        let expiration: Int64
    }
}

/// Why a session at IAM Identity Center gives no credentials.
public enum SSOError: Error, Sendable, Equatable {
    /// The token's file does not exist.
    case missingFile(path: String)
    /// The token's file holds something else.
    case malformedFile(path: String)
    /// The token has expired and cannot be refreshed.
    case expired
    /// AWS rejects the token.
    case rejected
    /// The user has no such role in the account.
    case noSuchRole(name: String, accountID: String)

    var recovery: CredentialsError.Recovery {
        switch self {
        // The AWS CLI may be writing it.
        case .malformedFile: .soon
        case .missingFile, .expired, .rejected, .noSuchRole: .byOperator
        }
    }
}

extension SSOError: CustomStringConvertible {
    /// A clause for people: why the profile cannot use its session.
    public var description: String {
        switch self {
        case .missingFile(let path): "\(path) does not exist (aws sso login writes it)"
        case .malformedFile(let path): "\(path) holds no SSO token"
        case .expired: "the SSO token has expired (aws sso login makes a new one)"
        case .rejected: "AWS rejects the SSO token (aws sso login makes a new one)"
        case .noSuchRole(let name, let accountID): "the user has no role '\(name)' in account '\(accountID)'"
        }
    }
}
