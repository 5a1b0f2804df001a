public import SigV4
import Telemetry

/// How it stands with the AWS credentials, for the operator. Holds no secret.
public struct CredentialsStanding: Sendable, Equatable {
    /// What people call the source of the set in use; nil where there is none.
    public var source: String?
    /// When that set ends; nil where it does not, or there is none.
    public var expiration: Timestamp?
    /// The last refresh, if it failed.
    public var failure: Failure?

    /// A refresh that brought nothing.
    public struct Failure: Sendable, Equatable {
        public let time: Timestamp
        /// Why, in words.
        public let reason: String

        public init(at time: Timestamp, reason: String) {
            self.time = time
            self.reason = reason
        }
    }

    public init(source: String? = nil, expiration: Timestamp? = nil, failure: Failure? = nil) {
        self.source = source
        self.expiration = expiration
        self.failure = failure
    }

    /// Writes the object of this value.
    func write(to text: inout TextBuffer) {
        text.openObject()
        text.member("source", source)
        text.member("expiration", expiration?.rfc3339)
        if let failure {
            text.key("lastFailure")
            text.openObject()
            text.member("at", failure.time.rfc3339)
            text.member("reason", failure.reason)
            text.closeObject()
        }
        text.closeObject()
    }
}
