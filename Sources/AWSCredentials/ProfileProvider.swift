public import SigV4

/// Static keys in the profile that `AWS_PROFILE` names, else in `default`. Both files are read anew for every answer,
/// so keys that are rotated in place are found.
public struct ProfileProvider: CredentialsProvider {
    /// "profile".
    public let name = "profile"
    private let environment: Variables
    private let files: FileReader

    /// `environment` says where the files are and which profile is meant.
    public init(environment: [String: String], files: FileReader) {
        self.environment = Variables(environment)
        self.files = files
    }

    /// Throws for a named profile that is not there, half a pair of keys, a kind of source that is not supported, and
    /// files that are broken.
    public func credentials(at now: Timestamp) throws(CredentialsError) -> ProviderAnswer {
        let configuration = try SharedConfiguration(environment: environment, files: files)
        let selection = ProfileSelection(environment: environment)
        guard let profile = configuration.sections[.profile(selection.name)] else {
            if selection.isNamed { throw .unknownProfile(selection.name) }
            let reasons = ["there is no profile '\(selection.name)'"] + configuration.gaps
            return .notConfigured(reason: reasons.joined(separator: ", "))
        }
        switch ProfileSource(of: profile) {
        case nil: return .notConfigured(reason: "profile '\(selection.name)' names no source of credentials")
        case .staticKeys:
            return .found(try staticKeys(of: profile, named: selection.name), from: CredentialsOrigin(name))
        case let source?: throw .unsupportedSource(profile: selection.name, source)
        }
    }

    private func staticKeys(of profile: Section, named name: String) throws(CredentialsError) -> Credentials {
        guard let accessKeyID = profile.value(of: "aws_access_key_id")
        else { throw .incompleteProfile(name, missing: "aws_access_key_id") }
        guard let secretAccessKey = profile.value(of: "aws_secret_access_key")
        else { throw .incompleteProfile(name, missing: "aws_secret_access_key") }
        return Credentials(
            accessKeyID: accessKeyID, secretAccessKey: secretAccessKey,
            sessionToken: profile.value(of: "aws_session_token"), expiration: nil,
            accountID: profile.value(of: "aws_account_id"))
    }
}
