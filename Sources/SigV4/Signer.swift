import Crypto
public import Formats

/// Signs requests to one service in one region with Signature Version 4, in headers: "Create a signed AWS API request"
/// in the IAM User Guide.
///
/// The time is an argument and equal inputs give equal signatures. The only state is a cache of derived keys, which
/// copies share. Safe to use from any thread.
public struct Signer: Sendable {
    private let region: String
    private let service: String
    private let path: PathRules
    private let keys = SigningKeyCache()

    /// A signer for `service`, by its signing name, in `region`.
    ///
    /// - Parameter path: how the service reads paths; only Amazon S3 has rules of its own.
    public init(region: String, service: String, path: PathRules = PathRules()) {
        self.region = region
        self.service = service
        self.path = path
    }

    /// The header lines to set on `request`, in place of lines with the same names: `x-amz-date`, `x-amz-security-token`
    /// if the credentials have a token, and `authorization`. The names are in lower case.
    ///
    /// Each attempt needs a new signature, because the service accepts a time only for minutes.
    public func headers(
        for request: SigningRequest, credentials: Credentials, at time: Timestamp
    ) -> [(name: String, value: String)] {
        sign(request, credentials: credentials, at: time).headers
    }

    /// ``headers(for:credentials:at:)`` with the texts of the stages before it.
    package func sign(
        _ request: SigningRequest, credentials: Credentials, at time: Timestamp
    ) -> (signature: Signature, headers: [(name: String, value: String)]) {
        let scope = CredentialScope(date: time.date, region: region, service: service)
        let bodyHash = String(hexadecimal: SHA256.hash(data: request.body))
        var headers = headersToSet(credentials: credentials, at: time)
        let canonicalRequest = CanonicalRequest(
            request, headers: canonicalHeaders(of: request, setting: headers), bodyHash: bodyHash, path: path)
        let key = keys.key(for: credentials, in: scope)
        let signature = Signature(of: canonicalRequest, at: time, scope: scope, key: key)
        let authorization = Authorization(
            accessKeyID: credentials.accessKeyID, scope: scope.text,
            signedHeaders: canonicalRequest.signedHeaders, signature: signature.hexadecimal)
        headers.append(("authorization", authorization.text))
        return (signature, headers)
    }

    private func headersToSet(credentials: Credentials, at time: Timestamp) -> [(name: String, value: String)] {
        var headers = [(name: "x-amz-date", value: time.basicFormat)]
        headers.reserveCapacity(3)
        if let token = credentials.sessionToken { headers.append(("x-amz-security-token", token)) }
        return headers
    }

    /// The lines of the request that are signed, and those that the signer sets on it.
    private func canonicalHeaders(
        of request: SigningRequest, setting headers: [(name: String, value: String)]
    ) -> CanonicalHeaders {
        var canonical = CanonicalHeaders(request.headers) { name in
            !Self.unsigned.contains(name) && !headers.contains { $0.name == name }
        }
        for header in headers { canonical.insert(header.name, header.value) }
        return canonical
    }

    /// Lines that clients and proxies add, remove or change (botocore's list), and the signature itself.
    private static let unsigned: Set<String> = [
        "authorization", "connection", "expect", "keep-alive", "proxy-authenticate", "proxy-authorization", "te",
        "trailer", "transfer-encoding", "upgrade", "user-agent", "x-amzn-trace-id",
    ]
}
