package import Formats
import FoundationEssentials
import Synchronization

/// A token of IAM Identity Center, and what can refresh it.
package struct SSOToken: Sendable, Equatable {
    /// The bearer token for the portal.
    package let accessToken: String
    package let expiration: Timestamp
    /// Nil where the token cannot be refreshed.
    package let refreshGrant: RefreshGrant?

    /// The refresh token, and the registered client that it belongs to.
    package struct RefreshGrant: Sendable, Equatable {
        package var refreshToken: String
        let clientID: String
        let clientSecret: String
        /// When the client's registration expires; nil where that is not known.
        let registrationExpiration: Timestamp?

        package init(refreshToken: String, clientID: String, clientSecret: String, registrationExpiration: Timestamp?) {
            self.refreshToken = refreshToken
            self.clientID = clientID
            self.clientSecret = clientSecret
            self.registrationExpiration = registrationExpiration
        }
    }

    package init(accessToken: String, expiration: Timestamp, refreshGrant: RefreshGrant?) {
        self.accessToken = accessToken
        self.expiration = expiration
        self.refreshGrant = refreshGrant
    }
}

extension SSOToken {
    /// Reads a token file of the AWS CLI. Nil for a text that is not one.
    init?(file: String) {
        guard let members = try? JSONDecoder().decode(TokenFile.self, from: Data(file.utf8)),
            let expiration = Timestamp(iso8601: members.expiresAt)
        else { return nil }
        self.init(accessToken: members.accessToken, expiration: expiration, refreshGrant: members.refreshGrant)
    }
}

private struct TokenFile: Decodable {
    let accessToken: String
    let expiresAt: String
    let refreshToken: String?
    let clientId: String?
    let clientSecret: String?
    let registrationExpiresAt: String?

    var refreshGrant: SSOToken.RefreshGrant? {
        guard let refreshToken, let clientId, let clientSecret else { return nil }
        return SSOToken.RefreshGrant(
            refreshToken: refreshToken, clientID: clientId, clientSecret: clientSecret,
            registrationExpiration: registrationExpiresAt.flatMap(Timestamp.init(iso8601:)))
    }
}

extension SSOToken: CustomStringConvertible, CustomReflectable {
    /// Its expiration alone: the rest is secret.
    package var description: String { "SSOToken(until \(expiration))" }

    /// Its expiration alone, so that `dump` shows no secret either.
    package var customMirror: Mirror { Mirror(self, children: ["expiration": expiration]) }
}

extension SSOToken.RefreshGrant: CustomStringConvertible, CustomReflectable {
    /// Nothing of it.
    package var description: String { "RefreshGrant" }

    /// Empty, so that `dump` shows nothing either.
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// The rules of refreshing a token, without a clock, a lock or a request. A token is refreshed in its last 15 minutes.
/// One that could not be refreshed is used until it expires, and a refresh is tried again after a minute ("SSO token
/// provider" of the AWS SDKs).
package struct SSOTokenState: Sendable {
    package enum Step: Equatable {
        case use(SSOToken)
        /// Refresh this token, which may be used meanwhile if it has not expired.
        case refresh(SSOToken)
        /// The token has expired, and only `aws sso login` can make a new one.
        case signIn
    }

    /// The token refreshed by this process. Kept in memory only; this process writes no files.
    private var refreshed: SSOToken?
    private var cooldown: Cooldown?

    package init() {}

    /// The step where the file holds the token `filed`. Of this token and the one refreshed here the later counts: the
    /// AWS CLI may have signed in again, or refreshed the token too.
    package mutating func step(with filed: SSOToken, at now: Timestamp) -> Step {
        let token = [filed, refreshed].compactMap(\.self).max { $0.expiration < $1.expiration } ?? filed
        let left = token.expiration.milliseconds(since: now)
        if left > Self.advisoryWindow { return .use(token) }
        guard let grant = token.refreshGrant, grant.isUsable(at: now) else { return left > 0 ? .use(token) : .signIn }
        if left > 0, cooldown?.covers(now) == true { return .use(token) }
        cooldown = Cooldown(from: now, milliseconds: Self.cooldownLength)
        return .refresh(token)
    }

    package mutating func keep(_ token: SSOToken) {
        refreshed = token
        cooldown = nil
    }

    private static let advisoryWindow: Int64 = 15 * 60_000
    private static let cooldownLength: Int64 = 60_000
}

extension SSOToken.RefreshGrant {
    fileprivate func isUsable(at now: Timestamp) -> Bool { registrationExpiration.map { now < $0 } ?? true }
}

/// The states of the tokens by file. They live as long as the process; nothing is written to disk. May be used from any
/// thread.
final class SSOTokenStore: Sendable {
    private let states = Mutex<[String: SSOTokenState]>([:])

    func step(with filed: SSOToken, from file: String, at now: Timestamp) -> SSOTokenState.Step {
        states.withLock { $0[file, default: SSOTokenState()].step(with: filed, at: now) }
    }

    func keep(_ token: SSOToken, for file: String) {
        states.withLock { $0[file, default: SSOTokenState()].keep(token) }
    }
}
