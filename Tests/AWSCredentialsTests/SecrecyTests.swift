import AWSCredentials
import Curl
import Testing
import UpstreamTestSupport

/// Nothing that is printed, reflected or dumped shows a secret key or a token.
@Suite struct SecrecyTests {
    private func print(_ value: Any) -> String {
        var dumped = ""
        dump(value, to: &dumped)
        return String(describing: value) + String(reflecting: value) + dumped
    }

    private func isSilent(_ value: Any) -> Bool {
        let text = print(value)
        return !text.contains("HUSH") && !text.contains("TOKEN")
    }

    private let environment = [
        "AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "HUSH", "AWS_SESSION_TOKEN": "TOKEN",
    ]

    @Test func keepsSecretsOutOfAnswersAndReports() async throws {
        let chain = CredentialsChain(environment: environment, files: FileReader())
        #expect(isSilent(try await chain.credentials(at: .noon)))
        #expect(isSilent(await chain.report(at: .noon)))
    }

    @Test func keepsSecretsOutOfProvidersThatHoldAnEnvironment() {
        let files = FileReader()
        #expect(isSilent(EnvironmentProvider(environment: environment)))
        #expect(isSilent(ProfileProvider(environment: environment, files: files)))
        #expect(isSilent(CredentialsChain(environment: environment, files: files)))
        let transport = ScriptedTransport { _ in CurlResponse(status: 500) }
        let agent = environment.merging(["AWS_CONTAINER_AUTHORIZATION_TOKEN": "TOKEN"]) { $1 }
        #expect(isSilent(ContainerProvider(environment: agent, files: files, transport: transport)))
        #expect(isSilent(InstanceMetadataProvider(environment: agent, profile: { nil }, transport: transport)))
    }

    @Test func keepsSecretsOutOfPlansAndTheirSources() throws {
        let text = """
            [profile a]
            role_arn = r
            source_profile = b
            [profile b]
            aws_access_key_id = AKID
            aws_secret_access_key = HUSH
            aws_session_token = TOKEN
            [profile c]
            credential_process = program --password HUSH
            """
        let sections = try SharedFileParser.contents(of: text, as: .config, path: "f")
        let configuration = SharedConfiguration(config: sections, credentials: SharedFileContents())
        #expect(isSilent(try ProfilePlan(for: "a", in: configuration)))
        #expect(isSilent(try ProfilePlan(for: "c", in: configuration)))
    }

    @Test func keepsSecretsOutOfParsedFiles() throws {
        let text = "[default]\naws_secret_access_key = HUSH\naws_session_token = TOKEN\n"
        let sections = try SharedFileParser.contents(of: text, as: .credentials, path: "f")
        #expect(isSilent(sections))
        #expect(isSilent(SharedConfiguration(config: sections, credentials: sections)))
    }

    @Test(arguments: [
        "aws_secret_access_key HUSH", "= HUSH", "[default\nTOKEN", "[default]\n HUSH", "[default]\ns3 =\n HUSH",
        "[default]\ns3 =\n = HUSH", "aws_secret_access_key = HUSH",
    ])
    func keepsTheLineOutOfSyntaxErrors(text: String) {
        do throws(CredentialsError) {
            _ = try SharedFileParser.contents(of: text, as: .credentials, path: "f")
            Issue.record("read it")
        } catch {
            #expect(isSilent(error))
        }
    }

    @Test func keepsSecretsOutOfTheRefresher() async throws {
        let refresher = CredentialsRefresher(
            provider: EnvironmentProvider(environment: environment), now: { .noon }, report: { _ in })
        let running = Task { await refresher.run() }
        _ = try await refresher.current(at: .noon)
        #expect(isSilent(refresher))
        running.cancel()
        await running.value
    }

    @Test func keepsSecretsOutOfTheState() {
        var state = RefreshState()
        #expect(isSilent(state.finishFetch(with: .number(1), from: .stable, at: .noon)))
        _ = state.decide(.replacement(for: .number(1)), at: .noon)
        #expect(isSilent(state))
    }
}
