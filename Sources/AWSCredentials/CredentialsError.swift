public import SigV4

/// Every way in which credentials can fail to be had. The cases name variables, files, profiles and lines, never a
/// value that could be a secret, so each may be logged and shown.
public enum CredentialsError: Error, Sendable, Equatable {
    /// The first variable is set, the second one, without which it means nothing, is not.
    case halfSet(variable: String, missing: String)
    /// The variable's value is not a time in RFC 3339.
    case malformedTime(variable: String)
    /// A file that was named explicitly, or is needed, exists and cannot be used.
    case unreadableFile(path: String, FileFault)
    /// The file breaks the format of shared configuration files at this line, counted from 1.
    case malformedFile(path: String, line: Int, SyntaxFault)
    /// `AWS_PROFILE` names a profile that no file defines.
    case unknownProfile(String)
    /// The profile holds one half of a pair of static keys; `missing` is the other half's key.
    case incompleteProfile(String, missing: String)
    /// The profile's setting is neither `true` nor `false`.
    case malformedFlag(profile: String, key: String)
    /// The profile describes a source that cannot be, or not the whole of one.
    case malformedProfile(String, ProfileFault)
    /// What should ask for the role has no credentials itself; `reason` says why in words.
    case noCaller(role: String, reason: String)
    /// AWS does not let the role be assumed.
    case roleRefused(role: String, RoleRefusal)
    /// The program that the profile names gave no credentials.
    case processFailed(profile: String, ProcessFault)
    /// Nobody is signed in at IAM Identity Center as the profile wants it.
    case signOnFailed(profile: String, SignOnFault)
    /// A variable, or a key of the profile, has a value that nobody can follow; `allowed` says what it may be.
    case malformedSetting(String, allowed: String)
    /// The token that this file or variable holds cannot be sent.
    case malformedToken(String)
    /// An endpoint that hands out credentials, named in words, gave none.
    case endpointFailed(String, EndpointFault)
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
