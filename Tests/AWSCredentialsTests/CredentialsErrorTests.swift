import AWSCredentials
import ChildProcess
import Curl
import SigV4
import Testing

@Suite struct CredentialsErrorTests {
    @Test(arguments: [(ChildProcessError.timedOut, true), (.notFound, false), (.failed(status: 1), false)])
    func takesAProgramThatWasTooSlowForOneThatMayBeFaster(error: ChildProcessError, isTransient: Bool) {
        #expect(CredentialsError.processFailed(profile: "p", .failed(error)).isTransient == isTransient)
    }

    @Test(arguments: [
        (STSError.accessDenied, false), (.regionDisabled, false), (.invalidIdentityToken, false),
        (.rejectedClaim, false), (.expiredToken, true), (.unknownKey, true), (.throttled, true),
        (.unreachableIdentityProvider, true), (.other(code: "Odd"), true),
    ])
    func servesTheOldSetOnlyAfterErrorsThatMayPass(error: STSError, isRecoverable: Bool) {
        #expect(CredentialsError.assumeRoleFailed(role: "r", error).isRecoverable == isRecoverable)
    }

    @Test(arguments: [
        (
            CredentialsError.halfSet(variable: "AWS_ACCESS_KEY_ID", missing: "AWS_SECRET_ACCESS_KEY"),
            "AWS_ACCESS_KEY_ID is set but AWS_SECRET_ACCESS_KEY is not"
        ),
        (.malformedTime(variable: "X"), "X is not a time like 2030-01-31T12:00:00Z"),
        (.unreadableFile(path: "/f", .missing), "/f does not exist"),
        (.unreadableFile(path: "/f", .permissionDenied), "/f cannot be read: permission denied"),
        (.unreadableFile(path: "/f", .tooLarge(limit: 9)), "/f is larger than 9 bytes"),
        (.malformedFile(path: "/f", line: 3, .unclosedDefinition), "/f, line 3: profile definition must end with ']'"),
        (.unknownProfile("p"), "AWS_PROFILE names the profile 'p', which no file defines"),
        (
            .incompleteProfile("p", missing: "aws_secret_access_key"),
            "profile 'p' has half a pair of keys: no aws_secret_access_key"
        ),
        (.malformedProfile("p", .missing(key: "k")), "profile 'p' has no k"),
        (
            .malformedProfile("p", .unknownSource),
            "profile 'p' has a credential_source that is none of Environment, Ec2InstanceMetadata, EcsContainer"
        ),
        (.noSourceCredentials(role: "r", reason: "x"), "there are no credentials to assume the role r with: x"),
        (
            .assumeRoleFailed(role: "r", .accessDenied),
            "the role r cannot be assumed: its trust policy, or a policy of the identity that asks for it, does not allow it"
        ),
        (
            .assumeRoleFailed(role: "r", .other(code: "Odd")),
            "the role r cannot be assumed: AWS STS answered with the error Odd"
        ),
        (
            .processFailed(profile: "p", .failed(.failed(status: 3))),
            "the credential_process of profile 'p' ended with status 3"
        ),
        (
            .processFailed(
                profile: "p", .failed(.failed(status: 3)),
                message: ProcessMessage(standardError: Array("run corp-login first\n".utf8))),
            "the credential_process of profile 'p' ended with status 3; to its standard error it wrote: run corp-login first"
        ),
        (
            .processFailed(profile: "p", .failed(.outputHeldOpen)),
            "the credential_process of profile 'p' ended, but a process that it started holds its standard output open: "
                + "redirect that one's output and standard error"
        ),
        (
            .ssoFailed(profile: "p", .noSuchRole(name: "r", accountID: "1")),
            "profile 'p' cannot use its SSO session: the user has no role 'r' in account '1'"
        ),
        (
            .malformedCredentials(.sessionToken),
            "the session token is empty or contains something other than visible ASCII characters"
        ),
        (
            .separatorInAccessKeyID,
            "the access key ID contains '/' or ',', which none does: it may be the secret access key"
        ),
        (.malformedSetting("X", allowed: "1 or 2"), "X must be 1 or 2"),
        (.malformedToken("/f"), "the token in /f is empty or contains a line break"),
        (
            .endpointFailed("the agent", .transfer(.timedOut(.connecting))),
            "the agent cannot be asked: no response in time, while connecting"
        ),
        (.endpointFailed("the agent", .status(500)), "the agent answered with status 500"),
        (.endpointFailed("the agent", .reported(code: "X")), "the agent answered with the error X"),
        (
            .endpointFailed("the agent", .incomplete(member: "Token")),
            "the agent answered with a set of credentials without a usable Token"
        ),
        (
            .endpointFailed("the agent", .malformed),
            "the agent answered with something that is no set of credentials"
        ),
        (.expired(.noon), "the credentials expired at 2026-11-24T12:00:00.000Z"),
        (.notConfigured(reason: "r"), "no source of AWS credentials is configured: r"),
    ])
    func saysWhatIsWrongInOneSentence(error: CredentialsError, sentence: String) {
        #expect(error.description == sentence)
    }
}
