import AWSCredentials
import Curl
import Testing
import UpstreamTestSupport

/// Where AWS STS is asked, by what the environment and the profile say.
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
            environment: fixed.merging(environment) { $1 }, files: folder.files, transport: transport)
        _ = try await provider.credentials(at: .noon)
        return transport.requests.first?.url
    }

    /// The answers of AWS's rule set for STS, evaluated by botocore.
    @Test(arguments: [
        ("us-east-1", "amazonaws.com", "api.aws"), ("il-central-1", "amazonaws.com", "api.aws"),
        ("cn-north-1", "amazonaws.com.cn", "api.amazonwebservices.com.cn"),
        ("us-iso-east-1", "c2s.ic.gov", "api.aws.ic.gov"), ("us-isob-east-1", "sc2s.sgov.gov", "api.aws.scloud"),
        ("eu-isoe-west-1", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"),
        ("us-isof-south-1", "csp.hci.ic.gov", "api.aws.hci.ic.gov"),
        ("eusc-de-east-1", "amazonaws.eu", "api.amazonwebservices.eu"),
    ])
    func isRegional(region: String, suffix: String, dualStackSuffix: String) async throws {
        let region = ["AWS_REGION": region]
        let fips = ["AWS_USE_FIPS_ENDPOINT": "true"].merging(region) { $1 }
        let dualStack = ["AWS_USE_DUALSTACK_ENDPOINT": "true"]
        let name = region["AWS_REGION"] ?? ""
        #expect(try await url(region) == "https://sts.\(name).\(suffix)/")
        #expect(try await url(fips) == "https://sts-fips.\(name).\(suffix)/")
        #expect(try await url(region.merging(dualStack) { $1 }) == "https://sts.\(name).\(dualStackSuffix)/")
        #expect(try await url(fips.merging(dualStack) { $1 }) == "https://sts-fips.\(name).\(dualStackSuffix)/")
    }

    @Test func needsNoOtherHostForFIPSInGovCloud() async throws {
        let environment = ["AWS_REGION": "us-gov-west-1", "AWS_USE_FIPS_ENDPOINT": "true"]
        #expect(try await url(environment) == "https://sts.us-gov-west-1.amazonaws.com/")
        let dualStack = environment.merging(["AWS_USE_DUALSTACK_ENDPOINT": "true"]) { $1 }
        #expect(try await url(dualStack) == "https://sts-fips.us-gov-west-1.api.aws/")
    }

    @Test(arguments: [
        (["AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-2"], "region = eu-west-3", "eu-west-1"),
        (["AWS_DEFAULT_REGION": "eu-west-2"], "region = eu-west-3", "eu-west-2"),
        ([:], "region = eu-west-3", "eu-west-3"),
    ])
    func takesTheRegionOfTheEnvironmentFirst(
        environment: [String: String], config: String, region: String
    ) async throws {
        #expect(try await url(environment, config: config) == "https://sts.\(region).amazonaws.com/")
    }

    @Test(arguments: [
        ("use_fips_endpoint = true", [:], "sts-fips.eu-west-1.amazonaws.com"),
        ("use_fips_endpoint = true", ["AWS_USE_FIPS_ENDPOINT": "false"], "sts.eu-west-1.amazonaws.com"),
        ("use_dualstack_endpoint = true", [:], "sts.eu-west-1.api.aws"),
    ])
    func takesTheProfilesSwitchesWhereTheEnvironmentHasNone(
        config: String, environment: [String: String], host: String
    ) async throws {
        let environment = environment.merging(["AWS_REGION": "eu-west-1"]) { $1 }
        #expect(try await url(environment, config: config) == "https://\(host)/")
    }

    private static let profileURLs =
        "endpoint_url = http://c\nservices = s\n[services s]\nsts =\n  endpoint_url = http://d"

    @Test(arguments: [
        (["AWS_ENDPOINT_URL_STS": "http://a", "AWS_ENDPOINT_URL": "http://b"], profileURLs, "http://a/"),
        (["AWS_ENDPOINT_URL": "http://b"], profileURLs, "http://b/"),
        ([:], profileURLs, "http://d/"),
        ([:], "endpoint_url = http://c", "http://c/"),
        (["AWS_ENDPOINT_URL_STS": "HTTPS://Host:443/"], "", "https://host/"),
        (["AWS_ENDPOINT_URL_STS": "http://127.0.0.1:5000"], "", "http://127.0.0.1:5000/"),
        (["AWS_ENDPOINT_URL_STS": "http://[::1]:80"], "", "http://[::1]/"),
        (
            ["AWS_ENDPOINT_URL_STS": "http://a", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"], profileURLs,
            "https://sts.eu-west-1.amazonaws.com/"
        ),
    ])
    func takesAnEndpointThatSomebodyChose(
        environment: [String: String], config: String, expected: String
    ) async throws {
        let environment = environment.merging(["AWS_REGION": "eu-west-1"]) { $1 }
        #expect(try await url(environment, config: config) == expected)
    }

    @Test(arguments: [
        ([:], "AWS_REGION"), (["AWS_REGION": "evil.example/"], "AWS_REGION"), (["AWS_REGION": "a b"], "AWS_REGION"),
        (["AWS_REGION": "r", "AWS_USE_FIPS_ENDPOINT": "yes"], "AWS_USE_FIPS_ENDPOINT"),
        (
            ["AWS_REGION": "r", "AWS_USE_FIPS_ENDPOINT": "true", "AWS_ENDPOINT_URL": "http://a"],
            "AWS_USE_FIPS_ENDPOINT"
        ),
        (
            ["AWS_REGION": "r", "AWS_USE_DUALSTACK_ENDPOINT": "true", "AWS_ENDPOINT_URL": "http://a"],
            "AWS_USE_DUALSTACK_ENDPOINT"
        ),
        (["AWS_REGION": "r", "AWS_ENDPOINT_URL_STS": "ftp://a"], "AWS_ENDPOINT_URL_STS"),
        (["AWS_REGION": "r", "AWS_ENDPOINT_URL_STS": "https://user:HUSH@a"], "AWS_ENDPOINT_URL_STS"),
        (["AWS_REGION": "r", "AWS_ENDPOINT_URL": "https://a/path"], "AWS_ENDPOINT_URL"),
        (["AWS_REGION": "r", "AWS_ENDPOINT_URL": "https://a:0"], "AWS_ENDPOINT_URL"),
    ])
    func refusesSettingsThatLeadNowhere(environment: [String: String], setting: String) async throws {
        do {
            _ = try await url(environment)
            Issue.record("asked somebody")
        } catch CredentialsError.malformedSetting(let name, let allowed) {
            #expect(name == setting)
            #expect(!allowed.contains("HUSH"))
        }
    }
}
