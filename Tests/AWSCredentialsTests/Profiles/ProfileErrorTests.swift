import AWSCredentials
import Testing
import UpstreamTestSupport

/// Profiles that are impossible or incomplete are rejected before a request is sent.
@Suite struct ProfileErrorTests {
    private let folder: Folder

    init() throws { folder = try Folder() }

    private func expect(_ error: CredentialsError, of config: String) async throws {
        try folder.write("[default]\n" + config, to: "/home/.aws/config")
        let transport = ScriptedTransport.unreachable
        let provider = ProfileProvider(
            environment: ["HOME": "/home", "AWS_REGION": "eu-west-1"], files: folder.files, transport: transport)
        await #expect(throws: error) { try await provider.credentials(at: .noon) }
        #expect(transport.requests.isEmpty)
    }

    @Test(arguments: [
        ("role_arn = r", ProfileError.roleWithoutSource),
        ("role_arn = r\nsource_profile = b\ncredential_source = Environment", .twoSources),
        ("role_arn = r\ncredential_source = environment", .unknownSource),
        ("role_arn = r\nsource_profile = b", .unknownSourceProfile("b")),
        ("role_arn = r\nsource_profile = default", .loop),
        ("role_arn = r\ncredential_source = Environment\nmfa_serial = m", .needsMFACode),
        ("role_arn = r\ncredential_source = Environment\nduration_seconds = 899", .malformedDuration),
        ("role_arn = r\ncredential_source = Environment\nduration_seconds = an hour", .malformedDuration),
        ("role_arn = r\nweb_identity_token_file = /t\nduration_seconds = 43201", .malformedDuration),
        ("web_identity_token_file = /t", .missing(key: "role_arn")),
        ("credential_source = Environment", .missing(key: "role_arn")),
        ("source_profile = b\n[profile b]\naws_access_key_id = x", .missing(key: "role_arn")),
        ("login_session = s", .needsLogin(profile: "default", FileLine(path: "/home/.aws/config", number: 2))),
        ("sso_session = dev", .unknownSession("dev")),
        (
            "sso_session = s\n[sso-session s]\nsso_start_url = u\nsso_region = eu-west-1",
            .missing(key: "sso_account_id")
        ),
        ("credential_process = a 'b", .malformedCommand),
        ("sso_session = dev\nsso_account_id = 1\nsso_role_name = r", .unknownSession("dev")),
        ("sso_start_url = u\nsso_account_id = 1\nsso_role_name = r", .missing(key: "sso_region")),
        ("sso_start_url = u\nsso_region = eu-west-1\nsso_role_name = r", .missing(key: "sso_account_id")),
        ("sso_start_url = u\nsso_region = eu-west-1\nsso_account_id = 1", .missing(key: "sso_role_name")),
        (
            "sso_session = s\nsso_start_url = v\nsso_account_id = 1\nsso_role_name = r\n"
                + "[sso-session s]\nsso_start_url = u\nsso_region = eu-west-1",
            .contradictsSession(key: "sso_start_url")
        ),
        (
            "sso_session = s\nsso_account_id = 1\nsso_role_name = r\n[sso-session s]\nsso_start_url = u",
            .missing(key: "sso_region")
        ),
    ])
    func saysWhatIsWrong(config: String, error: ProfileError) async throws {
        try await expect(.malformedProfile("default", error), of: config)
    }

    @Test func namesTheProfileThatIsWrong() async throws {
        try await expect(
            .malformedProfile("b", .noSource), of: "role_arn = r\nsource_profile = b\n[profile b]\nregion = x")
        try await expect(
            .malformedProfile("default", .loop),
            of: "role_arn = r\nsource_profile = b\n[profile b]\nrole_arn = q\nsource_profile = default")
        try await expect(
            .incompleteProfile("b", missing: "aws_secret_access_key"),
            of: "role_arn = r\nsource_profile = b\n[profile b]\naws_access_key_id = x")
    }

    @Test func followsALongChainToItsEnd() async throws {
        let links = (1...5_000).map { "[profile p\($0)]\nrole_arn = r\nsource_profile = p\($0 + 1)\n" }.joined()
        try await expect(
            .malformedProfile("p5000", .unknownSourceProfile("p5001")),
            of: "role_arn = r\nsource_profile = p1\n\(links)")
    }
}
