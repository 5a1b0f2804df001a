/// Checks Signature Version 4 as a service in one region does. Safe to use from any thread.
public struct Verifier: Sendable {
    private let region: String
    private let service: String
    private let normalizesPath: Bool
    private let keys = SigningKeyCache()

    /// How far `X-Amz-Date` may be from the service's clock, in milliseconds: five minutes, as on most JSON services.
    public static let window: Int64 = 5 * 60 * 1000

    /// A verifier for `service`, by its signing name, in `region`.
    public init(region: String, service: String, normalizesPath: Bool = true) {
        self.region = region
        self.service = service
        self.normalizesPath = normalizesPath
    }

    /// The credentials among `known` that signed `request`, if all is right with it at `now`.
    ///
    /// The secret is tried before the token is looked at: only who holds the secret learns that a token is wrong.
    @discardableResult
    public func verify(
        _ request: SigningRequest, known: [Credentials], at now: Timestamp
    ) throws(VerificationFailure) -> Credentials {
        let request = request.lowercasingNames()
        let authorization = try authorization(of: request)
        let time = try time(of: request, within: now)
        let scope = CredentialScope(date: time.date, region: region, service: service)
        guard authorization.scope == scope.text else { throw .wrongScope }
        try checkSignedHeaders(of: request, authorization.signedHeaderNames)
        let bodyHash = try bodyHash(of: request)
        guard let credentials = known.first(where: { $0.accessKeyID == authorization.accessKeyID }) else {
            throw .unknownAccessKey
        }
        let canonicalRequest = canonicalRequest(of: request, under: authorization, bodyHash: bodyHash)
        let key = keys.key(for: credentials, in: scope)
        guard Signature(of: canonicalRequest, at: time, scope: scope, key: key).matches(authorization.signature)
        else { throw .wrongSignature }
        try checkToken(of: request, against: credentials, at: now)
        return credentials
    }

    private func canonicalRequest(
        of request: SigningRequest, under authorization: Authorization, bodyHash: String
    ) -> CanonicalRequest {
        let names = authorization.signedHeaderNames
        let headers = CanonicalHeaders(request.headers, where: names.contains)
        return CanonicalRequest(request, headers: headers, bodyHash: bodyHash, normalizesPath: normalizesPath)
    }
}
