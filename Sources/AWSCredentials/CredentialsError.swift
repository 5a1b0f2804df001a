import ChildProcess
import Curl
public import Formats

/// Every way in which credentials can fail to be had. The cases name variables, files, profiles and lines, never a
/// value that could be a secret, so each may be logged and shown.
public enum CredentialsError: Error, Sendable, Equatable {
    /// The first variable is set, the second one, without which it means nothing, is not.
    case halfSet(variable: String, missing: String)
    /// The variable's value is not a time in RFC 3339.
    case malformedTime(variable: String)
    /// A file that was named explicitly, or is needed, exists and cannot be used.
    case unreadableFile(path: String, FileReaderError)
    /// The file breaks the format of shared configuration files at this line, counted from 1.
    case malformedFile(path: String, line: Int, SharedFileError)
    /// `AWS_PROFILE` names a profile that no file defines.
    case unknownProfile(String)
    /// The profile holds one half of a pair of static keys; `missing` is the other half's key.
    case incompleteProfile(String, missing: String)
    /// The profile's setting is neither `true` nor `false`.
    case malformedFlag(profile: String, key: String)
    /// The profile describes a source that cannot be, or not the whole of one.
    case malformedProfile(String, ProfileError)
    /// What should ask for the role has no credentials itself; `reason` says why in words.
    case noSourceCredentials(role: String, reason: String)
    /// AWS does not let the role be assumed.
    case assumeRoleFailed(role: String, STSError)
    /// The program that the profile names gave no credentials.
    case processFailed(profile: String, ProcessError)
    /// Nobody is signed in at IAM Identity Center as the profile wants it.
    case ssoFailed(profile: String, SSOError)
    /// A variable, or a key of the profile, has a value that nobody can follow; `allowed` says what it may be.
    case malformedSetting(String, allowed: String)
    /// The token that this file or variable holds cannot be sent.
    case malformedToken(String)
    /// An endpoint that hands out credentials, named in words, gave none.
    case endpointFailed(String, CredentialsEndpointError)
    /// A provider yielded a set with a part that no request could be signed with.
    case malformedCredentials(CredentialsPart)
    /// A provider yielded a set that had ended already.
    case expired(Timestamp)
    /// No source is set up; `reason` names each that was asked.
    case notConfigured(reason: String)
    /// AWS refused a set, and its source still yields the same one.
    case unchanged
    /// AWS refused a set, and the one that was fetched in its place. The source is left alone for a while.
    case refusedAgain
    /// This source gave credentials before and now says, in words, that nobody set it up.
    case disappeared(source: String, reason: String)
    /// The caller was cancelled while it waited. The refresh goes on.
    case cancelled
    /// The refresher has stopped and holds no usable set.
    case stopped
}

extension CredentialsError: CustomStringConvertible {
    /// One sentence for people, without a full stop.
    public var description: String {
        switch self {
        case .halfSet(let variable, let missing): "\(variable) is set but \(missing) is not"
        case .malformedTime(let variable): "\(variable) is not a time like 2030-01-31T12:00:00Z"
        case .unreadableFile(let path, let error): "\(path) \(error)"
        case .malformedFile(let path, let line, let error): "\(path), line \(line): \(error)"
        case .unknownProfile(let name): "AWS_PROFILE names the profile '\(name)', which no file defines"
        case .incompleteProfile(let name, let missing): "profile '\(name)' has half a pair of keys: no \(missing)"
        case .malformedFlag(let profile, let key): "\(key) in profile '\(profile)' is neither true nor false"
        case .malformedProfile(let name, let error): "profile '\(name)' \(error)"
        case .noSourceCredentials(let role, let reason): "nothing can ask for the role \(role): \(reason)"
        case .assumeRoleFailed(let role, let error): "the role \(role) cannot be assumed: \(error)"
        case .processFailed(let profile, let error): "the credential_process of profile '\(profile)' \(error)"
        case .ssoFailed(let profile, let error): "profile '\(profile)' cannot sign in: \(error)"
        case .malformedSetting(let setting, let allowed): "\(setting) must be \(allowed)"
        case .malformedToken(let source): "the token in \(source) is empty or holds a line break"
        case .endpointFailed(let endpoint, let error): "\(endpoint) \(error)"
        case .malformedCredentials(let part): "the \(part) is empty or holds a character that none can hold"
        case .expired(let end): "the credentials ended at \(end)"
        case .notConfigured(let reason): "no source of AWS credentials is set up: \(reason)"
        case .unchanged: "AWS refused the credentials and their source still yields the same ones"
        case .refusedAgain: "AWS refused the credentials and those that their source gave in their place"
        case .disappeared(let source, let reason):
            "\(source) gave credentials before, and now there are none: \(reason)"
        case .cancelled: "the caller was cancelled while it waited for credentials"
        case .stopped: "credentials are no longer refreshed"
        }
    }
}

extension CredentialsError {
    /// Whether the source may yield again by itself, so that the old set is worth going on with meanwhile. Otherwise
    /// somebody has taken the permission away, or has to do something, and is told at once.
    package var isRecoverable: Bool {
        switch self {
        // A file that makes no sense may be half written.
        case .ssoFailed(_, .malformed): true
        case .ssoFailed: false
        case .assumeRoleFailed(_, let error): error != .accessDenied
        case .halfSet, .malformedTime, .unreadableFile, .malformedFile, .unknownProfile, .incompleteProfile,
            .malformedFlag, .malformedProfile, .malformedSetting, .malformedToken, .endpointFailed,
            .malformedCredentials, .expired,
            .noSourceCredentials, .processFailed, .notConfigured, .unchanged, .refusedAgain, .disappeared,
            .cancelled, .stopped:
            true
        }
    }
}

extension CredentialsError {
    /// Whether the same question may well be answered a little later, without anybody's help: a service that fails, does
    /// not answer in time or is asked too often, and a file that could not be opened for want of something else.
    package var isTransient: Bool {
        switch self {
        case .endpointFailed(_, let error): error.isTransient
        case .assumeRoleFailed(_, let error): error.isTransient
        case .processFailed(_, let error): error == .failed(.timedOut)
        case .unreadableFile(_, let error): error == .unreadable
        // Somebody may be writing it.
        case .ssoFailed(_, .malformed): true
        case .halfSet, .malformedTime, .malformedFile, .unknownProfile, .incompleteProfile, .malformedFlag,
            .malformedProfile, .malformedSetting, .malformedToken, .malformedCredentials, .expired,
            .noSourceCredentials,
            .ssoFailed, .notConfigured, .disappeared, .unchanged, .refusedAgain, .cancelled, .stopped:
            false
        }
    }
}

extension CredentialsEndpointError {
    /// Whether the endpoint may well answer otherwise a moment later.
    fileprivate var isTransient: Bool {
        switch self {
        case .transfer(let error): error.isTransient
        case .status(let status): status >= 500 || status == 429
        case .reported, .malformed: false
        }
    }
}

/// A part of a set of credentials whose shape can be wrong. The raw value is for people.
public enum CredentialsPart: String, Sendable, CustomStringConvertible {
    case accessKeyID = "access key ID"
    case secretAccessKey = "secret access key"
    case sessionToken = "session token"

    /// The raw value.
    public var description: String { rawValue }
}
