package import SigV4

/// The rules of prolonging a sign-in, without a clock, a lock or a request. A token is prolonged in its last 15
/// minutes; one that could not be is used meanwhile, and tried again after a minute ("SSO token provider" of the AWS
/// SDKs).
package struct SignOnTokenState: Sendable {
    package enum Step: Equatable {
        case use(SignOnToken)
        /// Ask for a new token with this one, which may be shown meanwhile if it has not ended.
        case prolong(SignOnToken)
        /// It has ended, and nothing but a person can make a new one.
        case signIn
    }

    /// The token that was had here. It is never written to the file, for this process writes none.
    private var prolonged: SignOnToken?
    private var lull: Pause?

    package init() {}

    /// What to do where the file holds this token: somebody may have signed in anew, or have prolonged it too.
    package mutating func step(with filed: SignOnToken, at now: Timestamp) -> Step {
        let token = [filed, prolonged].compactMap(\.self).max { $0.expiration < $1.expiration } ?? filed
        let left = token.expiration.milliseconds(since: now)
        if left > Self.advisoryWindow { return .use(token) }
        guard let renewal = token.renewal, renewal.isUsable(at: now) else { return left > 0 ? .use(token) : .signIn }
        if left > 0, lull?.covers(now) == true { return .use(token) }
        lull = Pause(from: now, milliseconds: Self.lullLength)
        return .prolong(token)
    }

    package mutating func keep(_ token: SignOnToken) {
        prolonged = token
        lull = nil
    }

    private static let advisoryWindow: Int64 = 15 * 60_000
    private static let lullLength: Int64 = 60_000
}

extension SignOnToken.Renewal {
    fileprivate func isUsable(at now: Timestamp) -> Bool { registrationEnd.map { now < $0 } ?? true }
}
