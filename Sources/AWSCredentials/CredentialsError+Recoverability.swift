extension CredentialsError {
    /// Whether the source may yield again by itself, so that the old set is worth going on with meanwhile. Otherwise
    /// somebody has taken the permission away, or has to do something, and is told at once.
    package var isRecoverable: Bool {
        switch self {
        // A file that makes no sense may be half written.
        case .signOnFailed(_, .malformed): true
        case .signOnFailed: false
        case .roleRefused(_, let refusal): refusal != .accessDenied
        case .halfSet, .malformedTime, .unreadableFile, .malformedFile, .unknownProfile, .incompleteProfile,
            .malformedFlag, .malformedProfile, .malformedSetting, .malformedToken, .endpointFailed,
            .malformedCredentials, .expired,
            .noCaller, .processFailed, .notConfigured, .unchanged, .refusedAgain, .disappeared,
            .cancelled, .stopped:
            true
        }
    }
}
