import AWSCredentials
import ChildProcess
import SigV4
import Testing

/// Programs that a profile names, run for real.
@Suite(.timeLimit(.minutes(1))) struct ProcessProviderTests {
    private let folder: Folder

    init() throws { folder = try Folder() }

    private func result(
        _ command: String, environment: [String: String] = [:]
    ) async throws -> ProviderResult {
        try folder.write("[default]\ncredential_process = \(command)\n", to: "/home/.aws/config")
        let environment = ["HOME": "/home"].merging(environment) { $1 }
        return try await ProfileProvider(environment: environment, files: folder.files).credentials(at: .noon)
    }

    @Test func takesTheOutputOfTheProgram() async throws {
        let result = try await result(
            """
            echo '{"Version": 1, "AccessKeyId": "A", "SecretAccessKey": "B", "SessionToken": "C", \
            "Expiration": "2026-11-24T13:00:00Z", "AccountId": "12", "Else": [1]}'
            """)
        let expected = Credentials(
            accessKeyID: "A", secretAccessKey: "B", sessionToken: "C", expiration: .noon + 3_600)
        #expect(result == .found(expected, from: CredentialsOrigin("profile (process)")))
    }

    @Test func takesOutputWithoutTokenAndExpiration() async throws {
        let result = try await result(#"echo "{\"Version\": 1, \"AccessKeyId\": \"A\", \"SecretAccessKey\": \"B\"}""#)
        #expect(result.credentials == Credentials(accessKeyID: "A", secretAccessKey: "B"))
    }

    @Test(arguments: [
        ("2026-11-24T13:00:00+0000", "C", "C"), ("2026-11-24 13:00:00 UTC", "", nil),
        ("2026-11-24T14:00:00+01:00", "", nil), ("2026-11-24T13:00:00UTC", "C", "C"),
    ])
    func readsExpirationsAsToolsWriteThem(expiration: String, token: String, read: String?) async throws {
        let result = try await result(
            """
            echo '{"Version": 1, "AccessKeyId": "A", "SecretAccessKey": "B", "SessionToken": "\(token)", \
            "Expiration": "\(expiration)"}'
            """)
        let expected = Credentials(
            accessKeyID: "A", secretAccessKey: "B", sessionToken: read, expiration: .noon + 3_600)
        #expect(result.credentials == expected)
    }

    @Test func letsTheProgramInheritTheEnvironment() async throws {
        let result = try await result(
            #"sh -c 'echo "{\"Version\": 1, \"AccessKeyId\": \"$KEY\", \"SecretAccessKey\": \"B\"}"'"#,
            environment: ["KEY": "A"])
        #expect(result.credentials?.accessKeyID == "A")
    }

    @Test func keepsTheGatewaysOwnSettingsToItself() async throws {
        let result = try await result(
            #"sh -c 'echo "{\"Version\": 1, \"AccessKeyId\": \"A$GATEWAY_LOG_NAME_KEY\", \"SecretAccessKey\": \"B\"}"'"#,
            environment: ["GATEWAY_LOG_NAME_KEY": "HUSH"])
        #expect(result.credentials?.accessKeyID == "A")
    }

    @Test(arguments: [
        ("sh -c 'echo run corp-login first >&2; exit 3'", ProcessError.failed(.failed(status: 3))),
        ("sh -c 'echo run corp-login first >&2; echo no credentials'", .malformed),
        ("sh -c 'echo run corp-login first >&2; sleep 600 & echo {}'", .failed(.outputHeldOpen)),
    ])
    func tellsWhatTheProgramWroteToItsStandardError(command: String, error: ProcessError) async {
        let message = ProcessMessage(standardError: Array("run corp-login first".utf8))
        await #expect(throws: CredentialsError.processFailed(profile: "default", error, message: message)) {
            try await result(command)
        }
    }

    /// A warning of a program that gave credentials is no error.
    @Test func takesCredentialsFromAProgramThatAlsoComplains() async throws {
        let result = try await result(
            #"sh -c 'echo HUSH >&2; echo "{\"Version\": 1, \"AccessKeyId\": \"A\", \"SecretAccessKey\": \"B\"}"'"#)
        #expect(result.credentials?.accessKeyID == "A")
    }

    @Test(arguments: [
        ("false", ProcessError.failed(.failed(status: 1))),
        ("no-such-program-anywhere", .failed(.notFound)),
        ("yes", .failed(.tooMuchOutput(limit: 65_536))),
        ("true", .malformed), ("echo HUSH", .malformed),
        (#"echo '{"AccessKeyId": "A", "SecretAccessKey": "B"}'"#, .malformed),
        (#"echo '{"Version": 1, "AccessKeyId": "A"}'"#, .malformed),
        (#"echo '{"Version": 1, "AccessKeyId": "A", "SecretAccessKey": "B", "Expiration": "soon"}'"#, .malformed),
        (#"echo '{"Version": 2, "AccessKeyId": "A", "SecretAccessKey": "B"}'"#, .unknownVersion),
        // Without a shell the words after the first one are arguments.
        (#"echo '{"Version": 1, "AccessKeyId": "A", "SecretAccessKey": "B"}' | cat"#, .malformed),
    ])
    func saysWhyThereAreNoCredentials(command: String, error: ProcessError) async {
        await #expect(throws: CredentialsError.processFailed(profile: "default", error)) {
            try await result(command)
        }
    }
}
