package import SigV4

extension Credentials {
    /// Throws unless a request could be signed with this set at `now`. Run before a new set replaces one that works.
    package func checkShape(at now: Timestamp) throws(CredentialsError) {
        if !accessKeyID.isToken { throw .malformedCredentials(.accessKeyID) }
        if !secretAccessKey.isToken { throw .malformedCredentials(.secretAccessKey) }
        if let sessionToken, !sessionToken.isToken { throw .malformedCredentials(.sessionToken) }
        if let expiration, expiration <= now { throw .expired(expiration) }
    }

    /// Whether both sets sign alike. The expiration is left out: a source may promise the same keys anew.
    func hasSameKeys(as other: Credentials) -> Bool {
        accessKeyID == other.accessKeyID && secretAccessKey == other.secretAccessKey
            && sessionToken == other.sessionToken
    }
}

extension String {
    /// Not empty, and visible ASCII only: two of the three parts become header values, and white space in any of them
    /// is a copying mistake that AWS would answer with a puzzling refusal.
    fileprivate var isToken: Bool {
        !isEmpty && utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }
}
