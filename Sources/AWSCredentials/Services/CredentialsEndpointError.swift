public import Curl

/// Why an endpoint that gives credentials, or a token for them, gave none.
public enum CredentialsEndpointError: Error, Sendable, Equatable {
    /// No whole response came.
    case transfer(CurlError)
    /// The response had this status.
    case status(Int)
    /// A response with a success status reported this error code of AWS's.
    case reported(code: String)
    /// A response with a success status held no credentials.
    case malformed
    /// A response with a success status held credentials without this member, or with one that cannot be read.
    case incomplete(member: String)

    /// The endpoint recovers soon from a transfer that failed on the way, and from a failure or throttling of its own.
    var recovery: CredentialsError.Recovery {
        switch self {
        case .transfer(let error): error.isTransient ? .soon : .later
        case .status(let status): status >= 500 || status == 429 ? .soon : .later
        case .reported, .malformed, .incomplete: .later
        }
    }
}

extension CredentialsEndpointError: CustomStringConvertible {
    /// The predicate of a sentence whose subject is the endpoint. Holds nothing of the response but a code.
    public var description: String {
        switch self {
        case .transfer(let error): "cannot be asked: \(error)"
        case .status(let status): "answered with status \(status)"
        case .reported(let code): "answered with the error \(code)"
        case .malformed: "answered with something that is no set of credentials"
        case .incomplete(let member): "answered with a set of credentials without a usable \(member)"
        }
    }
}
