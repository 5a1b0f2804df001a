import Testing

@testable import TranscribeGateway

@Suite struct AWSSettingsTests {
    @Test(arguments: [
        (["AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "us-east-1"], "eu-west-1"),
        (["AWS_DEFAULT_REGION": "us-east-1"], "us-east-1"),
        (["AWS_REGION": "", "AWS_DEFAULT_REGION": ""], "ap-south-2"),
    ])
    func takesTheRegionThenTheDefaultRegionThenTheProfiles(environment: [String: String], region: String) throws {
        #expect(try AWSSettings.load(from: environment, profileRegion: "ap-south-2").region == region)
    }

    @Test func showsARegionOfTheProfileWithItsSource() throws {
        let settings = try AWSSettings.load(from: ["AWS_PROFILE": "clinic"], profileRegion: "ap-south-2")
        #expect(settings.regionSource == .profile("clinic"))
        let row = EffectiveSetting(key: "AWS_REGION", text: "ap-south-2", source: .profile("clinic"))
        #expect(settings.effective.first == row)
        #expect(settings.effective.report.contains("(profile 'clinic')"))
        let ours = try AWSSettings.load(from: ["AWS_DEFAULT_REGION": "us-east-1"], profileRegion: "ap-south-2")
        #expect(ours.regionSource == .environment("AWS_DEFAULT_REGION"))
        #expect(!ours.effective.report.contains("ap-south-2"))
    }

    @Test(arguments: ["us-gov-west-1", "us-isob-east-1", "cn-northwest-1", "eusc-de-east-1", "mx-central-1"])
    func acceptsTheRegionsOfEveryPartition(region: String) throws {
        #expect(try AWSSettings.load(from: ["AWS_REGION": region]).region == region)
    }

    @Test(arguments: ["us-east1", "us_east_1", "US-EAST-1", "us-east-1.evil.example", "us-east-1/", "frankfurt", "-1"])
    func refusesWhatIsNoRegion(region: String) {
        let wanted = "the name of an AWS region, such as us-east-1"
        #expect(sentences(["AWS_REGION": region]) == [#"AWS_REGION is "\#(region)", but must be \#(wanted)."#])
    }

    @Test func asksForTheRegionThatIsMissing() {
        #expect(sentences([:]) == ["AWS_REGION is not set, but must be the name of an AWS region, such as us-east-1."])
    }

    @Test(
        arguments: [
            (
                ["AWS_ENDPOINT_URL_TRANSCRIBE": "http://localhost:4566/", "AWS_ENDPOINT_URL": "http://b"],
                "http://localhost:4566"
            ),
            (["AWS_ENDPOINT_URL": "https://[::1]:8443"], "https://[::1]:8443"),
            (["AWS_ENDPOINT_URL": "http://b", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "TRUE"], nil), ([:], nil),
        ] as [([String: String], String?)])
    func takesTheServicesOwnEndpointFirst(environment: [String: String], endpoint: String?) throws {
        let environment = environment.merging(["AWS_REGION": "us-east-1"]) { $1 }
        #expect(try AWSSettings.load(from: environment).endpoint == endpoint)
    }

    @Test(arguments: ["AWS_ENDPOINT_URL_TRANSCRIBE", "AWS_ENDPOINT_URL"])
    func namesTheVariableThatSetsTheEndpoint(variable: String) throws {
        let environment = ["AWS_REGION": "us-east-1", variable: "https://localhost:8443"]
        #expect(try AWSSettings.load(from: environment).endpointVariable == variable)
    }

    @Test(arguments: [
        "localhost:4566", "ftp://a", "http://", "http://a/path", "http://a?q", "http://a:0", "http://a:65536",
        "http://a b",
    ])
    func refusesWhatIsNoEndpoint(endpoint: String) {
        let wanted = "a URL of scheme, host and port only, such as https://localhost:8443"
        #expect(
            sentences(["AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL": endpoint])
                == [#"AWS_ENDPOINT_URL is "\#(endpoint)", but must be \#(wanted)."#])
    }

    @Test func hidesThePasswordInAnEndpoint() {
        let all = sentences(["AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL": "https://user:horse@host"])
        #expect(all.count == 1)
        #expect(!all.joined().contains("horse"))
    }

    @Test(arguments: ["AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT"])
    func refusesAVariantOfAnEndpointThatIsGiven(name: String) {
        let environment = ["AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL": "http://a", name: "true"]
        #expect(
            sentences(environment) == [#"\#(name) is "true", but must be false beside AWS_ENDPOINT_URL ("http://a")."#])
    }

    @Test func readsTheRest() throws {
        let settings = try AWSSettings.load(from: [
            "AWS_REGION": "us-east-1", "AWS_PROFILE": "clinic", "AWS_USE_FIPS_ENDPOINT": "true",
            "AWS_USE_DUALSTACK_ENDPOINT": "true", "AWS_SECRET_ACCESS_KEY": "horse",
        ])
        #expect(settings.profile == "clinic")
        #expect(settings.usesFIPS)
        #expect(settings.usesDualStack)
        #expect(settings.effective.count == 8)
        #expect(settings.effective.first?.source == .environment("AWS_REGION"))
        #expect(settings.effective.last?.source == .environment("AWS_USE_DUALSTACK_ENDPOINT"))
        #expect(!settings.effective.report.contains("horse"))
    }

    private func sentences(_ environment: [String: String]) -> [String] {
        let error = #expect(throws: ConfigurationError.self) { try AWSSettings.load(from: environment) }
        return error?.problems.map(\.description) ?? []
    }
}
