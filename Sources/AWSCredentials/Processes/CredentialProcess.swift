/// A program that writes credentials to its standard output ("Process credential provider" in the AWS SDKs and Tools
/// Reference Guide). No shell stands between: a profile that needs one names it.
package struct CredentialProcess: Sendable, Equatable {
    let profile: String
    let program: String
    let arguments: [String]
    /// Of the profile, for want of one in the program's answer.
    let accountID: String?
}

extension CredentialProcess: CustomStringConvertible, CustomReflectable {
    /// The program alone: arguments may be secret.
    package var description: String { "CredentialProcess(\(program))" }

    /// The program alone, so that `dump` shows no more either.
    package var customMirror: Mirror { Mirror(self, children: ["program": program]) }
}
