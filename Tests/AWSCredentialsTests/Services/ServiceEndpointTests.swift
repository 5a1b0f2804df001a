import AWSCredentials
import Curl
import Formats
import Testing
import UpstreamTestSupport

/// Where services that give credentials are asked.
@Suite struct ServiceEndpointTests {
    private let folder: Folder

    init() throws {
        folder = try Folder()
        try folder.write("token", to: "/token")
    }

    private func url(_ environment: [String: String], config: String = "") async throws -> String? {
        try folder.write("[default]\n" + config, to: "/home/.aws/config")
        let fixed = ["HOME": "/home", "AWS_WEB_IDENTITY_TOKEN_FILE": "/token", "AWS_ROLE_ARN": "r"]
        let transport = ScriptedTransport(.success(.role("AssumeRoleWithWebIdentity")))
        let provider = WebIdentityProvider(
            environment: fixed.merging(environment) { $1 }, files: folder.files, transport: transport,
            clock: .noon)
        _ = try await provider.credentials(at: .noon)
        return transport.requests.first?.url
    }

    @Test(arguments: [
        (["AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL_STS": "http://a"], "", "http://a/"),
        (["AWS_REGION": " eu-west-1\n"], "", "https://sts.eu-west-1.amazonaws.com/"),
        (["AWS_REGION": " "], "region = eu-west-3", "https://sts.eu-west-3.amazonaws.com/"),
        (
            [:], "region = eu-west-3\nuse_fips_endpoint = true\nuse_dualstack_endpoint = true",
            "https://sts-fips.eu-west-3.api.aws/"
        ),
        (
            ["AWS_REGION": "eu-west-1"],
            "endpoint_url = http://c\nservices = s\n[services s]\nsts =\n  endpoint_url = http://d", "http://d/"
        ),
    ])
    func isTheOneThatTheSettingsName(environment: [String: String], config: String, expected: String) async throws {
        #expect(try await url(environment, config: config) == expected)
    }

    @Test(arguments: [
        ([:], "", "AWS_REGION"), (["AWS_REGION": "evil.example/"], "", "AWS_REGION"),
        ([:], "region = evil.example/", "region of profile 'default' in /home/.aws/config, line 2"),
        (["AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL_STS": "https://user:HUSH@a"], "", "AWS_ENDPOINT_URL_STS"),
    ])
    func namesTheSettingThatNamesNoPlace(environment: [String: String], config: String, setting: String) async throws {
        do {
            _ = try await url(environment, config: config)
            Issue.record("sent a request")
        } catch CredentialsError.malformedSetting(let name, let allowed) {
            #expect(name == setting)
            #expect(!allowed.contains("HUSH"))
        }
    }

    @Test func refusesAnSSORegionThatIsNone() async throws {
        try folder.write(
            "[default]\nsso_start_url = u\nsso_region = evil.example/\nsso_account_id = 1\nsso_role_name = r", to: "/c")
        let provider = ProfileProvider(environment: ["AWS_CONFIG_FILE": "/c", "HOME": "/home"], files: folder.files)
        let error = CredentialsError.malformedSetting(
            "sso_region", allowed: "the name of an AWS region, such as us-east-1")
        await #expect(throws: error) { try await provider.credentials(at: .noon) }
    }
}
