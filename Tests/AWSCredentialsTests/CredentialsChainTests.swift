import AWSCredentials
import Formats
import FoundationEssentials
import SigV4
import Synchronization
import Testing
import UpstreamTestSupport

@Suite struct CredentialsChainTests {
    private let absent = FixedProvider(name: "absent", result: .success(.notConfigured(reason: "nothing is set")))
    private let broken = FixedProvider(name: "broken", result: .failure(.unknownProfile("p")))
    private let first = FixedProvider(name: "first", result: .success(.found(.number(1), from: .plain)))
    private let second = FixedProvider(name: "second", result: .success(.found(.number(2), from: .stable)))

    @Test func takesTheFirstThatYieldsAndAsksNoFurther() async throws {
        let chain = CredentialsChain([absent, first, broken, second])
        #expect(try await chain.credentials(at: .noon) == .found(.number(1), from: .plain))
        let again = CredentialsChain([absent, first, broken, second])
        #expect(await again.report(at: .noon).steps.map(\.provider) == ["absent", "test"])
    }

    @Test func endsWithAProviderThatIsBroken() async throws {
        let chain = CredentialsChain([absent, broken, first])
        await #expect(throws: CredentialsError.unknownProfile("p")) { try await chain.credentials(at: .noon) }
        let report = await chain.report(at: .noon)
        #expect(
            report.steps.map(\.outcome) == [.notConfigured(reason: "nothing is set"), .failed(.unknownProfile("p"))])
        #expect(report.credentials == nil)
    }

    @Test func namesEachSourceThatWasAsked() async throws {
        let chain = CredentialsChain(environment: [:], files: FileReader())
        guard case .notConfigured(let reason) = try await chain.credentials(at: .noon) else {
            Issue.record("yielded credentials")
            return
        }
        #expect(reason.hasPrefix("environment: AWS_ACCESS_KEY_ID is not set; profile: there is no profile 'default'"))
    }

    @Test func saysWhichProviderWasSelectedAndWhyTheOthersWereNot() async {
        let report = await CredentialsChain([absent, second]).report(at: .noon)
        #expect(report.description == "absent: nothing is set; test: found")
        #expect(report.credentials == .number(2))
        #expect(report.origin == .stable)
    }

    /// Gives one result after the other, and repeats the last one.
    private final class ChangingProvider: CredentialsProvider {
        let name = "changing"
        private let results: Mutex<[ProviderResult]>

        init(_ results: ProviderResult...) { self.results = Mutex(results) }

        func credentials(at now: Timestamp) -> ProviderResult {
            results.withLock { $0.count > 1 ? $0.removeFirst() : $0[0] }
        }
    }

    @Test func asksOnlyTheSelectedProvider() async throws {
        let gone = ProviderResult.notConfigured(reason: "no file")
        let found = ProviderResult.found(.number(1), from: .plain)
        let chain = CredentialsChain([ChangingProvider(gone, found, gone), second])
        #expect(try await chain.credentials(at: .noon).credentials == .number(2))
        let pinned = CredentialsChain([absent, ChangingProvider(found, gone, gone, found), second])
        #expect(try await pinned.credentials(at: .noon) == found)
        await #expect(throws: CredentialsError.disappeared(source: "changing", reason: "no file")) {
            try await pinned.credentials(at: .noon)
        }
        #expect(await pinned.report(at: .noon).steps.count == 1)
        #expect(try await pinned.credentials(at: .noon) == found)
    }

    @Test func keepsToTheProfileWhileItsFileIsGone() async throws {
        let folder = try Folder()
        try folder.write("[default]\naws_access_key_id = A\naws_secret_access_key = B\n", to: "/home/.aws/credentials")
        let transport = ScriptedTransport.unreachable
        let chain = CredentialsChain(
            environment: ["HOME": "/home"], files: folder.files, transport: transport, clock: .noon, pause: { _ in })
        #expect(try await chain.credentials(at: .noon).credentials?.accessKeyID == "A")
        try FileManager.default.removeItem(atPath: folder.path + "/home/.aws/credentials")
        do throws(CredentialsError) {
            _ = try await chain.credentials(at: .noon)
            Issue.record("yielded something")
        } catch {
            #expect(error.isRecoverable && "\(error)".hasPrefix("the source 'profile' yielded credentials before"))
        }
        #expect(transport.requests.isEmpty)
    }

    @Test func asksTheEnvironmentBeforeTheProfile() async throws {
        let environment = ["AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "B", "AWS_PROFILE": "nowhere"]
        let chain = CredentialsChain(environment: environment, files: FileReader())
        #expect(
            try await chain.credentials(at: .noon)
                == .found(Credentials(accessKeyID: "A", secretAccessKey: "B"), from: CredentialsOrigin("environment")))
    }

    /// The keys alone would be another identity than the one that the profile names.
    @Test(
        arguments: [
            ("credential_source = Environment\nduration_seconds = 50000", ProfileError.malformedDuration),
            ("credential_source = Environment\nmfa_serial = m", .needsMFACode),
            ("credential_source = Environment\nsource_profile = base", .twoSources),
            ("source_profile = base\nduration_seconds = 1", .malformedDuration),
            ("source_profile = keys\nduration_seconds = 1", nil), ("source_profile = absent", nil),
            ("source_profile = jobs\nmfa_serial = m", nil),
        ] as [(String, ProfileError?)])
    func reportsAFaultOfANamedProfileThatNeedsTheKeysOfTheEnvironment(role: String, fault: ProfileError?) async throws {
        let folder = try Folder()
        try folder.write(
            """
            [profile jobs]
            role_arn = arn:r
            \(role)
            [profile base]
            role_arn = arn:b
            credential_source = Environment
            [profile keys]
            aws_access_key_id = A
            aws_secret_access_key = B
            """,
            to: "/home/.aws/config")
        let chain = CredentialsChain(
            environment: [
                "HOME": "/home", "AWS_PROFILE": "jobs", "AWS_ACCESS_KEY_ID": "AKIDENV", "AWS_SECRET_ACCESS_KEY": "HUSH",
            ], files: folder.files)
        let outcome = await chain.report(at: .noon).steps.map(\.outcome)
        #expect(outcome == [fault.map { .failed(.malformedProfile("jobs", $0)) } ?? .found])
    }

    /// The role was named for its permissions; the keys alone are those of another identity.
    @Test(arguments: [
        (["AWS_PROFILE": "jobs"], "ASIAROLE"), (["AWS_DEFAULT_PROFILE": "jobs"], "ASIAROLE"), ([:], "AKIDENV"),
        (["AWS_PROFILE": "keys"], "AKIDENV"),
    ])
    func assumesTheRoleOfANamedProfileWithTheKeysOfTheEnvironment(named: [String: String], key: String) async throws {
        let folder = try Folder()
        let role = "role_arn = arn:r\ncredential_source = Environment\n"
        try folder.write(
            """
            [default]
            \(role)
            [profile jobs]
            \(role)
            [profile keys]
            aws_access_key_id = A
            aws_secret_access_key = B
            """,
            to: "/home/.aws/config")
        let environment = [
            "HOME": "/home", "AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "AKIDENV", "AWS_SECRET_ACCESS_KEY": "HUSH",
        ].merging(named) { $1 }
        let chain = CredentialsChain(
            environment: environment, files: folder.files, transport: ScriptedTransport(.success(.role())),
            clock: .noon, pause: { _ in })
        let report = await chain.report(at: .noon)
        #expect(report.credentials?.accessKeyID == key)
        if key == "ASIAROLE" {
            #expect(report.steps.first?.provider == "environment")
            #expect(
                report.steps.first?.outcome
                    == .notConfigured(
                        reason: "profile 'jobs' assumes its role with these keys (credential_source = Environment)"))
        }
    }
}
