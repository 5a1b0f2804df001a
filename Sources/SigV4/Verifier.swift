import Crypto
public import Formats

/// Checks signatures of Version 4 as an AWS service in one region does. Safe to use from any thread.
public struct Verifier: Sendable {
    private let region: String
    private let service: String
    private let path: PathRules
    private let keys = SigningKeyCache()

    /// How far `X-Amz-Date` may be from the service's clock, in milliseconds: five minutes, as for most JSON services.
    public static let window: Int64 = 5 * 60 * 1000

    /// A verifier for `service`, by its signing name, in `region`.
    ///
    /// - Parameter path: as ``Signer`` has it.
    public init(region: String, service: String, path: PathRules = PathRules()) {
        self.region = region
        self.service = service
        self.path = path
    }

    /// Returns the credentials among `known` that signed `request`, or throws the first error found at `now`.
    ///
    /// The signature is checked before the token, so that only a client with the secret learns that a token is wrong.
    @discardableResult
    public func verify(
        _ request: SigningRequest, known: [Credentials], at now: Timestamp
    ) throws(VerificationError) -> Credentials {
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
        return CanonicalRequest(request, headers: headers, bodyHash: bodyHash, path: path)
    }
}

/// The steps of the check. Each takes a request whose header names are in lower case.
extension Verifier {
    func authorization(of request: SigningRequest) throws(VerificationError) -> Authorization {
        let lines = request.values(of: "authorization")
        guard let line = lines.first, lines.count == 1 else { throw .missingAuthorization }
        guard let authorization = Authorization(parsing: line) else { throw .malformedAuthorization }
        return authorization
    }

    func time(of request: SigningRequest, within now: Timestamp) throws(VerificationError) -> Timestamp {
        let lines = request.values(of: "x-amz-date")
        guard lines.count == 1, let time = Timestamp(basicFormat: lines[0]) else { throw .malformedDate }
        let age = now.milliseconds(since: time)
        guard age <= Self.window else { throw .signatureExpired }
        guard age >= -Self.window else { throw .signatureNotYetCurrent }
        return time
    }

    func checkSignedHeaders(of request: SigningRequest, _ signed: Set<String>) throws(VerificationError) {
        let sent = Set(request.headers.map(\.name))
        let required = sent.filter { $0.utf8.starts(with: "x-amz-".utf8) }.union(["host"])
        if let name = required.subtracting(signed).min() { throw .unsignedHeader(name) }
        if let name = signed.subtracting(sent).min() { throw .missingSignedHeader(name) }
    }

    /// The hash of the body. A hash that the client sent must be the same.
    func bodyHash(of request: SigningRequest) throws(VerificationError) -> String {
        let hash = String(hexadecimal: SHA256.hash(data: request.body))
        guard request.values(of: "x-amz-content-sha256").allSatisfy({ $0 == hash }) else { throw .wrongBodyHash }
        return hash
    }

    func checkToken(
        of request: SigningRequest, against credentials: Credentials, at now: Timestamp
    ) throws(VerificationError) {
        let sent = request.values(of: "x-amz-security-token")
        guard sent == (credentials.sessionToken.map { [$0] } ?? []) else { throw .wrongSessionToken }
        if let expiration = credentials.expiration, now >= expiration { throw .credentialsExpired }
    }
}

/// Why a signature was refused: the first reason found.
public enum VerificationError: Error, Equatable, Sendable {
    /// There is no `Authorization` line, or more than one.
    case missingAuthorization
    /// The `Authorization` line does not have the form of Signature Version 4.
    case malformedAuthorization
    /// There is no `X-Amz-Date` line of the form `20150830T123600Z`, or more than one.
    case malformedDate
    /// The credential scope is not the day of `X-Amz-Date`, this region, this service and `aws4_request`.
    case wrongScope
    /// `X-Amz-Date` is further in the past than the window allows.
    case signatureExpired
    /// `X-Amz-Date` is further in the future than the window allows.
    case signatureNotYetCurrent
    /// A line that has to be signed is not: `Host` or one that begins with `X-Amz-`. The name is in lower case.
    case unsignedHeader(String)
    /// The request has no line for a name that is signed.
    case missingSignedHeader(String)
    /// No known credentials have this access key ID.
    case unknownAccessKey
    /// `X-Amz-Content-SHA256` is not the hash of the body.
    case wrongBodyHash
    /// The secret gives another signature for this request.
    case wrongSignature
    /// The session token is missing or wrong, or the key has no token.
    case wrongSessionToken
    /// The credentials have expired.
    case credentialsExpired
}
