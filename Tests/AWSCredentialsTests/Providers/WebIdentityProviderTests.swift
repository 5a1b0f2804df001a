import AWSCredentials
import Curl
import SigV4
import Synchronization
import Testing
import UpstreamTestSupport

@Suite struct WebIdentityProviderTests {
    private let folder: Folder

    init() throws { folder = try Folder() }

    private let environment = [
        "AWS_WEB_IDENTITY_TOKEN_FILE": "/var/token", "AWS_ROLE_ARN": "arn:r", "AWS_REGION": "eu-west-1",
    ]

    private func result(
        _ transport: ScriptedTransport = .unreachable, _ environment: [String: String]
    ) async throws(CredentialsError) -> ProviderResult {
        try await provider(transport, environment).credentials(at: .noon)
    }

    private func provider(_ transport: ScriptedTransport, _ environment: [String: String]) -> WebIdentityProvider {
        WebIdentityProvider(
            environment: environment, files: folder.files, transport: transport, clock: .noon, pause: { _ in })
    }

    @Test func showsTheTokenAndSignsNothing() async throws {
        try folder.write("head.body.sign\n", to: "/var/token")
        let transport = ScriptedTransport(.success(.role("AssumeRoleWithWebIdentity")))
        let named = environment.merging(["AWS_ROLE_SESSION_NAME": "me"]) { $1 }
        let result = try await result(transport, named)
        let expected = Credentials(
            accessKeyID: "ASIAROLE", secretAccessKey: "ROLEHUSH", sessionToken: "ROLETOKEN",
            expiration: .noon + 3_600)
        #expect(result == .found(expected, from: CredentialsOrigin("web identity", isStaticallyStable: true)))
        let request = try #require(transport.requests.first)
        #expect(request.url == "https://sts.eu-west-1.amazonaws.com/")
        #expect(request.headers.map(\.name) == ["Content-Type"])
        #expect(
            request.form == [
                "Action": "AssumeRoleWithWebIdentity", "Version": "2011-06-15", "RoleArn": "arn%3Ar",
                "RoleSessionName": "me", "WebIdentityToken": "head.body.sign",
            ])
    }

    @Test func readsTheTokenForEachResult() async throws {
        let transport = ScriptedTransport(.success(.role("AssumeRoleWithWebIdentity")))
        let provider = provider(transport, environment)
        for token in ["one", "two"] {
            try folder.write(token, to: "/var/token")
            _ = try await provider.credentials(at: .noon)
        }
        #expect(transport.requests.map(\.form["WebIdentityToken"]) == ["one", "two"])
    }

    @Test func isNotConfiguredWithoutATokenFile() async throws {
        let result = try await result(.unreachable, ["AWS_ROLE_ARN": "r", "AWS_WEB_IDENTITY_TOKEN_FILE": " "])
        #expect(result == .notConfigured(reason: "AWS_WEB_IDENTITY_TOKEN_FILE is not set"))
    }

    @Test func failsWithoutARole() async {
        let error = CredentialsError.halfSet(variable: "AWS_WEB_IDENTITY_TOKEN_FILE", missing: "AWS_ROLE_ARN")
        await #expect(throws: error) { try await result(.unreachable, ["AWS_WEB_IDENTITY_TOKEN_FILE": "/var/token"]) }
    }

    @Test func failsWithoutTheFile() async {
        await #expect(throws: CredentialsError.unreadableFile(path: "/var/token", .missing)) {
            try await result(.unreachable, environment)
        }
    }

    @Test(arguments: ["", " \n", "one\ntwo", "one\rtwo", "one\r\ntwo"])
    func failsOnWhatIsNoToken(text: String) async throws {
        try folder.write(text, to: "/var/token")
        await #expect(throws: CredentialsError.malformedToken("/var/token")) {
            try await result(.unreachable, environment)
        }
    }

    @Test func saysWhichRoleCannotBeAssumed() async throws {
        try folder.write("token", to: "/var/token")
        await #expect(throws: CredentialsError.assumeRoleFailed(role: "arn:r", .invalidIdentityToken)) {
            try await result(ScriptedTransport(.success(.refusal("InvalidIdentityToken", status: 400))), environment)
        }
    }

    /// Keeps the deadline of each attempt.
    private final class Deadlines: Transport {
        let seen = Mutex<[ContinuousClock.Instant]>([])

        func perform(
            _ request: CurlRequest, deadline: ContinuousClock.Instant
        ) async throws(CurlError) -> CurlResponse {
            seen.withLock { $0.append(deadline) }
            throw .timedOut(.awaitingResponse)
        }
    }

    @Test func boundsEveryAttempt() async throws {
        try folder.write("token", to: "/var/token")
        let transport = Deadlines()
        let provider = WebIdentityProvider(
            environment: environment, files: folder.files, transport: transport, clock: .noon, pause: { _ in })
        let start = ContinuousClock.now
        _ = try? await provider.credentials(at: .noon)
        let end = ContinuousClock.now
        let deadlines = transport.seen.withLock { $0 }
        #expect(deadlines.count == 3)
        #expect(deadlines.allSatisfy { $0 >= start + .seconds(5) && $0 <= end + .seconds(5) })
    }
}
