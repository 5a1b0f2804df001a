import FoundationEssentials
package import SigV4

/// What a sign-in at IAM Identity Center yields, and what can prolong it.
package struct SignOnToken: Sendable, Equatable {
    /// What is shown to the portal.
    package let accessToken: String
    package let expiration: Timestamp
    /// Nil where the sign-in cannot be prolonged.
    package let renewal: Renewal?

    /// What is shown to have a new token.
    package struct Renewal: Sendable, Equatable {
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

    package init(accessToken: String, expiration: Timestamp, renewal: Renewal?) {
        self.accessToken = accessToken
        self.expiration = expiration
        self.renewal = renewal
    }
}

extension SignOnToken {
    /// Reads a file of the AWS CLI's. Nil for whatever is none.
    init?(file: String) {
        guard let members = try? JSONDecoder().decode(TokenFile.self, from: Data(file.utf8)),
            let expiration = Timestamp(rfc3339: members.expiresAt)
        else { return nil }
        self.init(accessToken: members.accessToken, expiration: expiration, renewal: members.renewal)
    }
}

private struct TokenFile: Decodable {
    let accessToken: String
    let expiresAt: String
    let refreshToken: String?
    let clientId: String?
    let clientSecret: String?
    let registrationExpiresAt: String?

    var renewal: SignOnToken.Renewal? {
        guard let refreshToken, let clientId, let clientSecret else { return nil }
        return SignOnToken.Renewal(
            refreshToken: refreshToken, clientID: clientId, clientSecret: clientSecret,
            registrationEnd: registrationExpiresAt.flatMap(Timestamp.init(rfc3339:)))
    }
}

extension SignOnToken: CustomStringConvertible, CustomReflectable {
    /// Its end alone: all else is secret.
    package var description: String { "SignOnToken(until \(expiration))" }

    /// Its end alone, so that `dump` shows no more either.
    package var customMirror: Mirror { Mirror(self, children: ["expiration": expiration]) }
}

extension SignOnToken.Renewal: CustomStringConvertible, CustomReflectable {
    /// Nothing of it.
    package var description: String { "Renewal" }

    /// Empty, so that `dump` shows nothing either.
    package var customMirror: Mirror { Mirror(self, children: []) }
}
