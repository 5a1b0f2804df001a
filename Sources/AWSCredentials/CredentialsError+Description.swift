import SigV4

extension CredentialsError: CustomStringConvertible {
    /// One sentence for people, without a full stop.
    public var description: String {
        switch self {
        case .halfSet(let variable, let missing): "\(variable) is set but \(missing) is not"
        case .malformedTime(let variable): "\(variable) is not a time like 2030-01-31T12:00:00Z"
        case .unreadableFile(let path, let fault): "\(path) \(fault)"
        case .malformedFile(let path, let line, let fault): "\(path), line \(line): \(fault)"
        case .unknownProfile(let name): "AWS_PROFILE names the profile '\(name)', which no file defines"
        case .incompleteProfile(let name, let missing): "profile '\(name)' has half a pair of keys: no \(missing)"
        case .malformedFlag(let profile, let key): "\(key) in profile '\(profile)' is neither true nor false"
        case .malformedProfile(let name, let fault): "profile '\(name)' \(fault)"
        case .noCaller(let role, let reason): "nothing can ask for the role \(role): \(reason)"
        case .roleRefused(let role, let refusal): "the role \(role) cannot be assumed: \(refusal)"
        case .processFailed(let profile, let fault): "the credential_process of profile '\(profile)' \(fault)"
        case .signOnFailed(let profile, let fault): "profile '\(profile)' cannot sign in: \(fault)"
        case .malformedSetting(let setting, let allowed): "\(setting) must be \(allowed)"
        case .malformedToken(let source): "the token in \(source) is empty or holds a line break"
        case .endpointFailed(let endpoint, let fault): "\(endpoint) \(fault)"
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
