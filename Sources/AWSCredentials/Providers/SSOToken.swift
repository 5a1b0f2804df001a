package import Formats
import FoundationEssentials
import Synchronization

/// What a sign-in at IAM Identity Center yields, and what can refresh it.
package struct SSOToken: Sendable, Equatable {
    /// What is shown to the portal.
    package let accessToken: String
    package let expiration: Timestamp
    /// Nil where the sign-in cannot be refreshed.
    package let refreshGrant: RefreshGrant?

    /// What is shown to have a new token.
    package struct RefreshGrant: Sendable, Equatable {
        package var refreshToken: String
        let clientID: String
        let clientSecret: String
        /// Nil where it has no end that is known.
        let registrationEnd: Timestamp?

        package init(refreshToken: String, clientID: String, clientSecret: String, registrationEnd: Timestamp?) {
            self.refreshToken = refreshToken
            self.clientID = clientID
            self.clientSecret = clientSecret
            self.registrationEnd = registrationEnd
        }
    }

    package init(accessToken: String, expiration: Timestamp, refreshGrant: RefreshGrant?) {
        self.accessToken = accessToken
        self.expiration = expiration
        self.refreshGrant = refreshGrant
    }
}

extension SSOToken {
    /// Reads a file of the AWS CLI's. Nil for whatever is none.
    init?(file: String) {
        guard let members = try? JSONDecoder().decode(TokenFile.self, from: Data(file.utf8)),
            let expiration = Timestamp(rfc3339: members.expiresAt)
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
            registrationEnd: registrationExpiresAt.flatMap(Timestamp.init(rfc3339:)))
    }
}

extension SSOToken: CustomStringConvertible, CustomReflectable {
    /// Its end alone: all else is secret.
    package var description: String { "SSOToken(until \(expiration))" }

    /// Its end alone, so that `dump` shows no more either.
    package var customMirror: Mirror { Mirror(self, children: ["expiration": expiration]) }
}

extension SSOToken.RefreshGrant: CustomStringConvertible, CustomReflectable {
    /// Nothing of it.
    package var description: String { "RefreshGrant" }

    /// Empty, so that `dump` shows nothing either.
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// The rules of refreshing a token, without a clock, a lock or a request. A token is refreshed in its last 15
/// minutes; one that could not be is used meanwhile, and tried again after a minute ("SSO token provider" of the AWS
/// SDKs).
package struct SSOTokenState: Sendable {
    package enum Step: Equatable {
        case use(SSOToken)
        /// Ask for a new token with this one, which may be shown meanwhile if it has not ended.
        case refresh(SSOToken)
        /// It has ended, and nothing but a person can make a new one.
        case signIn
    }

    /// The token that was had here. It is never written to the file, for this process writes none.
    private var refreshed: SSOToken?
    private var cooldown: Cooldown?

    package init() {}

    /// What to do where the file holds this token: somebody may have signed in anew, or have refreshed it too.
    package mutating func step(with filed: SSOToken, at now: Timestamp) -> Step {
        let token = [filed, refreshed].compactMap(\.self).max { $0.expiration < $1.expiration } ?? filed
        let left = token.expiration.milliseconds(since: now)
        if left > Self.advisoryWindow { return .use(token) }
        guard let refreshGrant = token.refreshGrant, refreshGrant.isUsable(at: now) else {
            return left > 0 ? .use(token) : .signIn
        }
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
    fileprivate func isUsable(at now: Timestamp) -> Bool { registrationEnd.map { now < $0 } ?? true }
}

/// The sign-ins that were refreshed here, by file. They live as long as the process: nothing is written to disk. Safe
/// to use from any thread.
final class SSOTokenStore: Sendable {
    private let states = Mutex<[String: SSOTokenState]>([:])

    func step(with filed: SSOToken, from file: String, at now: Timestamp) -> SSOTokenState.Step {
        states.withLock { $0[file, default: SSOTokenState()].step(with: filed, at: now) }
    }

    func keep(_ token: SSOToken, for file: String) {
        states.withLock { $0[file, default: SSOTokenState()].keep(token) }
    }
}
