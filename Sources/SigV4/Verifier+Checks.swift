import Crypto

/// Each step takes a request whose header names are in lower case.
extension Verifier {
    func authorization(of request: SigningRequest) throws(VerificationFailure) -> Authorization {
        let lines = request.values(of: "authorization")
        guard let line = lines.first, lines.count == 1 else { throw .missingAuthorization }
        guard let authorization = Authorization(parsing: line) else { throw .malformedAuthorization }
        return authorization
    }

    func time(of request: SigningRequest, within now: Timestamp) throws(VerificationFailure) -> Timestamp {
        let lines = request.values(of: "x-amz-date")
        guard lines.count == 1, let time = Timestamp(basicFormat: lines[0]) else { throw .malformedDate }
        let age = now.milliseconds(since: time)
        guard age <= Self.window else { throw .signatureExpired }
        guard age >= -Self.window else { throw .signatureNotYetCurrent }
        return time
    }

    func checkSignedHeaders(of request: SigningRequest, _ signed: Set<String>) throws(VerificationFailure) {
        let sent = Set(request.headers.map(\.name))
        let required = sent.filter { $0.hasPrefix("x-amz-") }.union(["host"])
        if let name = required.subtracting(signed).min() { throw .unsignedHeader(name) }
        if let name = signed.subtracting(sent).min() { throw .missingSignedHeader(name) }
    }

    /// The body's true hash, which the client must have written if it wrote one.
    func bodyHash(of request: SigningRequest) throws(VerificationFailure) -> String {
        let hash = String(hexadecimal: SHA256.hash(data: request.body))
        guard request.values(of: "x-amz-content-sha256").allSatisfy({ $0 == hash }) else { throw .wrongBodyHash }
        return hash
    }

    func checkToken(
        of request: SigningRequest, against credentials: Credentials, at now: Timestamp
    ) throws(VerificationFailure) {
        let sent = request.values(of: "x-amz-security-token")
        guard sent == (credentials.sessionToken.map { [$0] } ?? []) else { throw .wrongSessionToken }
        if let expiration = credentials.expiration, now >= expiration { throw .credentialsExpired }
    }
}
