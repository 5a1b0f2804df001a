import AWSCredentials
import Curl
import Formats
import SigV4
import Testing

@testable import TranscribeGateway

/// What the start does with the outcomes of the sources.
@Suite(.timeLimit(.minutes(1))) struct StartupCredentialsTests {
    private struct FixedProvider: CredentialsProvider {
        let name = "fixed"
        let result: Result<ProviderResult, CredentialsError>

        func credentials(at now: Timestamp) async throws(CredentialsError) -> ProviderResult { try result.get() }
    }

    /// Answers only once its task is cancelled.
    private struct SilentProvider: CredentialsProvider {
        let name = "silent"

        func credentials(at now: Timestamp) async throws(CredentialsError) -> ProviderResult {
            for await _ in AsyncStream(Void.self, { _ in }) {}
            return .notConfigured(reason: "")
        }
    }

    private static let now = Timestamp(rfc3339: "2026-11-24T12:00:00Z")!
    private static let origin = CredentialsOrigin("test")

    private func first(
        of result: Result<ProviderResult, CredentialsError>
    ) async -> StartupCredentials {
        await StartupCredentials(
            from: CredentialsChain([FixedProvider(result: result)]), within: .seconds(60), now: { Self.now })
    }

    @Test func returnsTheCredentialsThatWereFound() async {
        let credentials = Credentials(accessKeyID: "A", secretAccessKey: "B")
        guard case .found(credentials, Self.origin) = await first(of: .success(.found(credentials, from: Self.origin)))
        else {
            Issue.record("found nothing")
            return
        }
    }

    @Test(arguments: [
        CredentialsError.endpointFailed("AWS STS", .status(503)), .endpointFailed("AWS STS", .status(429)),
        .endpointFailed("AWS STS", .transfer(.couldNotConnect)), .assumeRoleFailed(role: "r", .throttled),
        .unreadableFile(path: "/f", .unreadable), .ssoFailed(profile: "p", .malformedFile(path: "/f")),
    ])
    func endsWithStatus75WhereAnotherStartMaySucceed(error: CredentialsError) async {
        guard case .none(let reason, 75) = await first(of: .failure(error)) else {
            Issue.record("took \(error) for good")
            return
        }
        #expect(reason.contains("\(error)"))
    }

    @Test(arguments: [
        CredentialsError.endpointFailed("the agent", .status(404)), .assumeRoleFailed(role: "r", .accessDenied),
        .unreadableFile(path: "/f", .permissionDenied), .unknownProfile("p"), .ssoFailed(profile: "p", .expired),
    ])
    func endsWithStatus78WhereTheConfigurationHasToChange(error: CredentialsError) async {
        guard case .none(let reason, 78) = await first(of: .failure(error)) else {
            Issue.record("took \(error) for passing")
            return
        }
        #expect(reason.contains("\(error)"))
    }

    @Test func endsWithoutASourceOrWithMalformedCredentials() async {
        let malformed = Credentials(accessKeyID: "A B", secretAccessKey: "C")
        for answer in [ProviderResult.notConfigured(reason: "none"), .found(malformed, from: Self.origin)] {
            guard case .none(_, 78) = await first(of: .success(answer)) else {
                Issue.record("went on with \(answer)")
                return
            }
        }
    }

    /// The set ends an hour after AWS's time, which is two hours behind this machine's.
    @Test func asksForTheTimeWhereASetSeemsToHaveExpired() async {
        let clock = AWSClock(wallTime: { Self.now })
        let aws = Self.now.adding(milliseconds: -7_200_000)
        let set = Credentials(
            accessKeyID: "A", secretAccessKey: "B", expiration: aws.adding(milliseconds: 3_600_000))
        let chain = CredentialsChain([FixedProvider(result: .success(.found(set, from: Self.origin)))])
        let startup = await StartupCredentials(from: chain, within: .seconds(60), now: { clock.now }) {
            clock.learn(aws)
        }
        guard case .found(set, Self.origin) = startup else {
            Issue.record("refused a set that has not expired by AWS's clock")
            return
        }
        guard case .none(_, 78) = await StartupCredentials(from: chain, within: .seconds(60), now: { Self.now }) else {
            Issue.record("took a set that has expired")
            return
        }
    }

    /// A unit with RestartPreventExitStatus=78 would stay down.
    @Test func endsWithStatus75WhereTheInstanceMayGetItsRole() async {
        guard case .none(let reason, 75) = await first(of: .success(.notYet(reason: "no role"))) else {
            Issue.record("took an instance without a role for good")
            return
        }
        #expect(reason.contains("no role") && reason.contains("AWS_PROFILE"))
    }

    @Test func startsBeforeASlowSourceAnswers() async {
        let chain = CredentialsChain([SilentProvider()])
        guard case .pending = await StartupCredentials(from: chain, within: .milliseconds(1), now: { Self.now }) else {
            Issue.record("heard something")
            return
        }
    }

    @Test func isReadyWithOldCredentials() {
        #expect(RefreshEvent.kept(expiration: nil, because: .unchanged).obstacle == nil)
        #expect(RefreshEvent.refreshed(expiration: nil, from: Self.origin).obstacle == nil)
        #expect(RefreshEvent.failed(.unchanged).obstacle == "\(CredentialsError.unchanged)")
    }

    /// It may hold secrets.
    @Test func showsNothingOfWhatAProgramWrote() {
        let message = ProcessMessage(standardError: Array("HUSH".utf8))
        let failure = CredentialsError.processFailed(profile: "p", .malformed, message: message)
        let line = FileLine(path: "/c", number: 1)
        for error in [failure, .unusedKeys(profile: "p", line, error: failure)] {
            #expect("\(error)".contains("HUSH"))
            let shown = RefreshEvent.failed(error).obstacle ?? ""
            #expect(shown.contains("wrote something that is no set of credentials") && !shown.contains("HUSH"))
        }
    }
}
