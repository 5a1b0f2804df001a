import AWSCredentials
import SigV4
import Testing

@Suite struct CredentialsChainTests {
    /// Always says the same.
    private struct FixedProvider: CredentialsProvider {
        let name: String
        let result: Result<ProviderAnswer, CredentialsError>

        func credentials(at now: Timestamp) async throws(CredentialsError) -> ProviderAnswer { try result.get() }
    }

    private let absent = FixedProvider(name: "absent", result: .success(.notConfigured(reason: "nothing is set")))
    private let broken = FixedProvider(name: "broken", result: .failure(.unknownProfile("p")))
    private let first = FixedProvider(name: "first", result: .success(.found(.number(1), from: .plain)))
    private let second = FixedProvider(name: "second", result: .success(.found(.number(2), from: .stable)))

    @Test func takesTheFirstThatYieldsAndAsksNoFurther() async throws {
        let chain = CredentialsChain([absent, first, broken, second])
        #expect(try await chain.credentials(at: .noon) == .found(.number(1), from: .plain))
        #expect(await chain.report(at: .noon).steps.map(\.provider) == ["absent", "first"])
    }

    @Test func endsWithAProviderThatIsBroken() async throws {
        let chain = CredentialsChain([absent, broken, first])
        await #expect(throws: CredentialsError.unknownProfile("p")) { try await chain.credentials(at: .noon) }
        let report = await chain.report(at: .noon)
        #expect(
            report.steps.map(\.verdict) == [.notConfigured(reason: "nothing is set"), .failed(.unknownProfile("p"))])
        #expect(report.credentials == nil)
    }

    @Test func namesEachSourceThatWasTried() async throws {
        let chain = CredentialsChain(environment: [:], files: FileReader())
        guard case .notConfigured(let reason) = try await chain.credentials(at: .noon) else {
            Issue.record("yielded credentials")
            return
        }
        #expect(reason.hasPrefix("environment: AWS_ACCESS_KEY_ID is not set; profile: there is no profile 'default'"))
    }

    @Test func saysWhichProviderWonAndWhyTheOthersDidNot() async {
        let report = await CredentialsChain([absent, second]).report(at: .noon)
        #expect(report.description == "absent: nothing is set; second: found")
        #expect(report.credentials == .number(2))
        #expect(report.origin == .stable)
    }

    @Test func asksTheEnvironmentBeforeTheProfile() async throws {
        let environment = ["AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "B", "AWS_PROFILE": "nowhere"]
        let chain = CredentialsChain(environment: environment, files: FileReader())
        #expect(
            try await chain.credentials(at: .noon)
                == .found(Credentials(accessKeyID: "A", secretAccessKey: "B"), from: CredentialsOrigin("environment")))
    }
}
