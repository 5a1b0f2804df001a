/// Why a sign-in at IAM Identity Center is of no use. Somebody has to do something about each of
/// them, except that a malformed file may be one that is being written.
public enum SignOnFault: Error, Sendable, Equatable {
    /// This file, where the sign-in would be, does not exist.
    case absent(path: String)
    /// This file, where the sign-in should be, holds something else.
    case malformed(path: String)
    case ended
    /// AWS does not accept the sign-in.
    case refused
    /// The user has no such role in the account.
    case noSuchRole(name: String, accountID: String)
}

extension SignOnFault: CustomStringConvertible {
    /// A clause for people: why the profile cannot sign in.
    public var description: String {
        switch self {
        case .absent(let path): "nobody has signed in (aws sso login), for \(path) does not exist"
        case .malformed(let path): "\(path) holds no sign-in"
        case .ended: "the sign-in has ended (aws sso login makes a new one)"
        case .refused: "AWS does not accept the sign-in (aws sso login makes a new one)"
        case .noSuchRole(let name, let accountID): "the user has no role '\(name)' in account '\(accountID)'"
        }
    }
}
