import ChildProcess
import Curl

extension CredentialsError {
    /// Whether the same question may well be answered a little later, without anybody's help: a service that fails, does
    /// not answer in time or is asked too often, and a file that could not be opened for want of something else.
    package var isTransient: Bool {
        switch self {
        case .endpointFailed(_, let fault): fault.isTransient
        case .roleRefused(_, let refusal): refusal.isTransient
        case .processFailed(_, let fault): fault == .failed(.timedOut)
        case .unreadableFile(_, let fault): fault == .unreadable
        // Somebody may be writing it.
        case .signOnFailed(_, .malformed): true
        case .halfSet, .malformedTime, .malformedFile, .unknownProfile, .incompleteProfile, .malformedFlag,
            .malformedProfile, .malformedSetting, .malformedToken, .malformedCredentials, .expired, .noCaller,
            .signOnFailed, .notConfigured, .disappeared, .unchanged, .refusedAgain, .cancelled, .stopped:
            false
        }
    }
}

extension EndpointFault {
    /// Whether the endpoint may well answer otherwise a moment later.
    fileprivate var isTransient: Bool {
        switch self {
        case .transfer(let error): error.isTransient
        case .status(let status): status >= 500 || status == 429
        case .reported, .malformed: false
        }
    }
}
