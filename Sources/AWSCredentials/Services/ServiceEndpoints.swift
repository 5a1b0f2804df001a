public import Curl

/// Why an endpoint that hands out credentials gave none.
public enum CredentialsEndpointError: Error, Sendable, Equatable, CustomStringConvertible {
    /// There was no whole answer.
    case transfer(CurlError)
    /// An answer with this status.
    case status(Int)
    /// A success that says itself that it is none, with this code of AWS's.
    case reported(code: String)
    /// A success that holds no credentials.
    case malformed

    /// The predicate of a sentence whose subject is the endpoint. Holds nothing of the answer but a code.
    public var description: String {
        switch self {
        case .transfer(let error): "cannot be asked: \(error)"
        case .status(let status): "answered with status \(status)"
        case .reported(let code): "answered with the error \(code)"
        case .malformed: "answered with something that is no set of credentials"
        }
    }
}
