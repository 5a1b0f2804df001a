/// Why a signature was refused, by the first reason found.
public enum VerificationFailure: Error, Equatable, Sendable {
    /// No `Authorization` line, or several.
    case missingAuthorization
    /// The `Authorization` line is not of the form that Signature Version 4 gives it.
    case malformedAuthorization
    /// No `X-Amz-Date` line of the form `20150830T123600Z`, or several.
    case malformedDate
    /// The credential scope is not the day of `X-Amz-Date`, this region, this service and `aws4_request`.
    case wrongScope
    /// Signed longer ago than the window allows.
    case signatureExpired
    /// Signed further in the future than the window allows.
    case signatureNotYetCurrent
    /// A line that must be under the signature is not: `Host` or one that begins with `X-Amz-`. In lower case.
    case unsignedHeader(String)
    /// A name under the signature that the request has no line for.
    case missingSignedHeader(String)
    /// Nobody has this access key.
    case unknownAccessKey
    /// `X-Amz-Content-SHA256` is not the body's hash.
    case wrongBodyHash
    /// The signature is not the one that the secret gives for this request.
    case wrongSignature
    /// The session token is missing, not the key's, or given for a key that has none.
    case wrongSessionToken
    /// The credentials have reached their expiration.
    case credentialsExpired
}
