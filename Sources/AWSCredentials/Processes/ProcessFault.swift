public import ChildProcess

/// Why the program of a profile gave no credentials.
public enum ProcessFault: Error, Sendable, Equatable {
    /// It could not be run, or failed.
    case failed(ChildProcessError)
    /// It wrote something that is not the JSON of a set of credentials.
    case malformed
    /// What it wrote is of another version than 1, the only one there is.
    case unknownVersion
}

extension ProcessFault: CustomStringConvertible {
    /// The predicate of a sentence whose subject is the program. Says nothing of what it wrote.
    public var description: String {
        switch self {
        case .failed(let error): error.description
        case .malformed: "wrote something that is no set of credentials"
        case .unknownVersion: "wrote credentials of a version other than 1"
        }
    }
}
