/// How a service departs from the common rules. Transcribe, and every service but a few, takes the defaults.
public struct SigningOptions: Sendable, Equatable {
    /// Resolve `.` and `..` and join repeated slashes in the signed path; S3 wants it as it is.
    public var normalizesPath = true
    /// Send and sign the body's hash as `X-Amz-Content-SHA256`.
    public var sendsBodyHash = false
    /// Send the session token without signing it.
    public var leavesSessionTokenUnsigned = false

    /// The common rules.
    public init() {}
}
