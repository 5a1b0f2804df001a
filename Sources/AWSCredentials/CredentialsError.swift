public import Formats

/// Why no credentials could be obtained. The cases name variables, files, profiles and lines, never a value that could
/// be a secret, so each may be logged and shown.
public enum CredentialsError: Error, Sendable, Equatable {
    /// The first variable is set and the second one, which it needs, is not.
    case halfSet(variable: String, missing: String)
    /// The variable's value is not a time in RFC 3339.
    case malformedTime(variable: String)
    /// A file that was named explicitly, or is needed, cannot be used.
    case unreadableFile(path: String, FileReaderError)
    /// The file breaks the format of shared configuration files at this line, counted from 1.
    case malformedFile(path: String, line: Int, SharedFileError)
    /// The variable names a profile that no file defines.
    case unknownProfile(String, variable: String = "AWS_PROFILE")
    /// A profile that has to exist stands under a heading that is not read.
    case ignoredSection(IgnoredSection)
    /// The profile has one of the two static keys; `missing` is the other one.
    case incompleteProfile(String, missing: String)
    /// The profile describes a source that is impossible or incomplete.
    case malformedProfile(String, ProfileError)
    /// A source that was named to sign the request for the role is not configured, or may appear by itself.
    case noSourceCredentials(role: String, reason: String, mayAppear: Bool = false)
    /// AWS STS does not give credentials for the role.
    case assumeRoleFailed(role: String, STSError)
    /// The profile's `credential_process` gave no credentials.
    case processFailed(profile: String, ProcessError, message: ProcessMessage? = nil)
    /// The profile's `credential_process` failed with `error`; its keys at this line count only without it.
    indirect case unusedKeys(profile: String, FileLine, error: CredentialsError)
    /// The profile's session at IAM Identity Center gave no credentials.
    case ssoFailed(profile: String, SSOError)
    /// A variable, or a key of the profile, has a value that is not allowed; `allowed` says which are.
    case malformedSetting(String, allowed: String)
    /// The token in this file or variable cannot be sent.
    case malformedToken(String)
    /// An endpoint that gives credentials, described in words, gave none.
    case endpointFailed(String, CredentialsEndpointError)
    /// A provider yielded a set with a part that cannot sign a request.
    case malformedCredentials(CredentialsPart)
    /// The access key ID contains `/` or `,`, as secret access keys do.
    case separatorInAccessKeyID
    /// A provider yielded a set that had expired.
    case expired(Timestamp)
    /// No source is configured; `reason` names each source asked.
    case notConfigured(reason: String)
    /// AWS rejected a set, and a fetch brought the same one again.
    case unchanged
    /// AWS rejected a set and the one that replaced it. The source is not asked for a while.
    case replacementRejected
    /// The selected source yielded credentials before and is not configured any more.
    case disappeared(source: String, reason: String)
    /// The caller was cancelled while it waited. The fetch goes on.
    case cancelled
    /// The caller's deadline passed while it waited. The fetch goes on.
    case timedOut
    /// The refresher has stopped and holds no usable set.
    case stopped
}

// MARK: - What follows from each case

extension CredentialsError {
    /// How the source can yield credentials again after an error.
    enum Recovery {
        /// The same request may succeed a little later: a service that fails, is throttled or does not answer in time,
        /// a file that another process is writing.
        case soon
        /// The source may recover by itself, so the old set stays in use.
        case later
        /// The permission was withdrawn or an operator has to act: callers get the error at once, and the old set is
        /// served again only after another fetch.
        case byOperator
    }

    /// One row for each case: a sentence for people without a full stop, and how the source recovers.
    private var row: (text: String, recovery: Recovery) {
        switch self {
        case .halfSet(let variable, let missing): ("\(variable) is set but \(missing) is not", .later)
        case .malformedTime(let variable): ("\(variable) is not a time like 2030-01-31T12:00:00Z", .later)
        case .unreadableFile(let path, let error): ("\(path) \(error)", error.recovery)
        case .malformedFile(let path, let line, let error): ("\(path), line \(line): \(error)", .later)
        case .unknownProfile(let name, let variable):
            ("\(variable) names the profile '\(name)', which no file defines", .later)
        case .ignoredSection(let section): ("\(section)", .later)
        case .incompleteProfile(let name, let key): ("profile '\(name)' has half a pair of keys: no \(key)", .later)
        case .malformedProfile(let name, let error): ("profile '\(name)' \(error)", .later)
        case .noSourceCredentials(let role, let reason, let mayAppear):
            ("there are no credentials to assume the role \(role) with: \(reason)", mayAppear ? .soon : .later)
        case .assumeRoleFailed(let role, let error):
            ("the role \(role) cannot be assumed: \(error)", error.recovery)
        case .processFailed(let profile, let error, let message):
            ("the credential_process of profile '\(profile)' \(error)\(message.clause)", error.recovery)
        case .unusedKeys(let profile, let line, let error):
            ("\(error); \(Self.choice(of: profile, line))", error.row.recovery)
        case .ssoFailed(let profile, let error):
            ("profile '\(profile)' cannot use its SSO session: \(error)", error.recovery)
        case .malformedSetting(let setting, let allowed): ("\(setting) must be \(allowed)", .later)
        case .malformedToken(let source): ("the token in \(source) is empty or contains a line break", .later)
        case .endpointFailed(let endpoint, let error): ("\(endpoint) \(error)", error.recovery)
        case .malformedCredentials(let part):
            ("the \(part) is empty or contains something other than visible ASCII characters", .later)
        case .separatorInAccessKeyID:
            ("the access key ID contains '/' or ',', which none does: it may be the secret access key", .later)
        case .expired(let expiration): ("the credentials expired at \(expiration)", .later)
        case .notConfigured(let reason): ("no source of AWS credentials is configured: \(reason)", .later)
        case .unchanged: ("AWS rejected the credentials, and a refresh brought the same ones", .later)
        case .replacementRejected: ("AWS rejected the credentials and also those that a refresh brought", .later)
        case .disappeared(let source, let reason):
            ("the source '\(source)' yielded credentials before and is no longer configured: \(reason)", .later)
        case .cancelled: ("the caller was cancelled while it waited for credentials", .later)
        case .timedOut: ("the source of the credentials did not answer in time", .later)
        case .stopped: ("credentials are no longer refreshed", .later)
        }
    }

    private static func choice(of profile: String, _ line: FileLine) -> String {
        "the keys of profile '\(profile)' (\(line)) are not used, because it has a credential_process too: "
            + "remove one of the two"
    }

    /// This error without what a program wrote, which may hold secrets: for pages and for answers to callers. The log has the
    /// rest.
    public var withoutMessage: CredentialsError {
        switch self {
        case .processFailed(let profile, let error, _): .processFailed(profile: profile, error)
        case .unusedKeys(let profile, let line, let error):
            .unusedKeys(profile: profile, line, error: error.withoutMessage)
        default: self
        }
    }

    /// Whether the source may yield again by itself, so that the old set stays in use.
    package var isRecoverable: Bool { row.recovery != .byOperator }

    /// Whether the same request may succeed a little later without a change by an operator.
    package var isTransient: Bool { row.recovery == .soon }
}

extension CredentialsError: CustomStringConvertible {
    /// One sentence for people, without a full stop.
    public var description: String { row.text }
}

/// A part of a set of credentials whose shape can be wrong. The raw value is for people.
public enum CredentialsPart: String, Sendable, CustomStringConvertible {
    case accessKeyID = "access key ID"
    case secretAccessKey = "secret access key"
    case sessionToken = "session token"

    /// The raw value.
    public var description: String { rawValue }
}
