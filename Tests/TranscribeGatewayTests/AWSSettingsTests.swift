import AWSCredentials
import AWSEndpoints
import Testing

@testable import TranscribeGateway

@Suite struct AWSSettingsTests {
    private func load(
        _ environment: [String: String], profile name: String = "default", region: String? = nil,
        _ change: (inout EndpointSettings.Profile) -> Void = { _ in }
    ) throws(ConfigurationError) -> AWSSettings {
        var profile = EndpointSettings.Profile(name: name)
        profile.region = region
        change(&profile)
        return try AWSSettings.load(from: environment, profile: profile)
    }

    @Test(arguments: [
        (["AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "us-east-1"], "eu-west-1"),
        (["AWS_DEFAULT_REGION": "us-east-1"], "us-east-1"),
        (["AWS_REGION": "", "AWS_DEFAULT_REGION": " "], "ap-south-2"),
        (["AWS_REGION": " eu-west-1\n"], "eu-west-1"),
    ])
    func takesTheRegionThenTheDefaultRegionThenTheProfiles(environment: [String: String], region: String) throws {
        #expect(try load(environment, region: "ap-south-2").region.name == region)
    }

    @Test func showsARegionOfTheProfileWithItsSource() throws {
        let settings = try load(["AWS_PROFILE": "clinic"], profile: "clinic", region: "ap-south-2")
        #expect(settings.regionSetting == .profile("clinic", key: "region"))
        let row = EffectiveSetting(key: "AWS_REGION", text: "ap-south-2", source: .profile("clinic"))
        #expect(settings.effective.first == row)
        #expect(settings.effective.report.contains("(profile 'clinic')"))
        let ours = try load(["AWS_DEFAULT_REGION": "us-east-1"], region: "ap-south-2")
        #expect(ours.regionSetting == .variable("AWS_DEFAULT_REGION"))
        #expect(!ours.effective.report.contains("ap-south-2"))
        let shown = EffectiveSetting(
            key: "AWS_REGION", text: "us-east-1", source: .environment("AWS_DEFAULT_REGION"))
        #expect(ours.effective.first == shown)
    }

    @Test func showsWhatTheProfileSaysWithItsFile() throws {
        let settings = try load(["AWS_REGION": "us-east-1"], profile: "clinic") {
            $0.usesFIPSEndpoint = "True"
            $0.places = ["use_fips_endpoint": "/c"]
        }
        let shown = settings.effective.first { $0.key == "AWS_USE_FIPS_ENDPOINT" }
        #expect(shown?.text == "True")
        #expect(shown?.source.description == "profile 'clinic' in /c")
        #expect(settings.transcribe.url == "https://fips.transcribe.us-east-1.amazonaws.com")
        let elsewhere = try load(["AWS_REGION": "us-east-1"], profile: "clinic") {
            $0.endpointURL = "http://a"
            $0.serviceEndpointURLs = ["transcribe": "http://b"]
            $0.places = ["transcribe endpoint_url": "/s"]
        }
        let rows = Dictionary(uniqueKeysWithValues: elsewhere.effective.map { ($0.key, $0) })
        #expect(rows["AWS_ENDPOINT_URL_TRANSCRIBE"]?.text == "http://b")
        #expect(rows["AWS_ENDPOINT_URL_TRANSCRIBE"]?.source == .profile("clinic", at: "/s"))
        #expect(rows["AWS_ENDPOINT_URL"]?.text == "http://a")
        #expect(rows["AWS_PROFILE"]?.text == "clinic")
        #expect(rows["AWS_DEFAULT_REGION"]?.text == "none")
    }

    @Test func namesTheKeyTheFileAndTheProfileOfABadSetting() {
        let bad: [(String, (inout EndpointSettings.Profile) -> Void)] = [
            ("use_fips_endpoint", { $0.usesFIPSEndpoint = "yes" }),
            ("use_dualstack_endpoint", { $0.usesDualStackEndpoint = "1" }),
            ("endpoint_url", { $0.endpointURL = "localhost" }),
            ("transcribe endpoint_url", { $0.serviceEndpointURLs = ["transcribe": "localhost"] }),
            ("region", { $0.region = "Frankfurt" }),
        ]
        for (key, change) in bad {
            let environment = key == "region" ? [:] : ["AWS_REGION": "us-east-1"]
            let error = #expect(throws: ConfigurationError.self) {
                try load(environment, profile: "ward") {
                    change(&$0)
                    $0.places[key] = "/home/me/.aws/config, line 3"
                }
            }
            let sentence = error?.description ?? ""
            let beginning = "\(key) of profile 'ward' in /home/me/.aws/config, line 3 must be "
            #expect(sentence.hasPrefix(beginning), "\(sentence)")
        }
    }

    @Test func listsVariablesThatMeanNothingHere() throws {
        let settings = try load([
            "AWS_REGION": "us-east-1", "AWS_RETRY_MODE": "adaptive", "AWS_SECERT_ACCESS_KEY": "horse", "AWS_PAGER": "",
            "AWS_MAX_ATTEMPTS": "2", "AWS_ENDPOINT_URL_STS": "http://a", "AWS_SESSION_TOKEN": "t", "PATH": "/bin",
        ])
        #expect(settings.ignored == ["AWS_RETRY_MODE", "AWS_SECERT_ACCESS_KEY"])
        #expect(!settings.effective.report.contains("horse"))
        #expect(settings.effective.report.contains("(ignored)"))
    }

    @Test(arguments: ["us-gov-west-1", "us-isob-east-1", "cn-northwest-1", "eusc-de-east-1", "mx-central-1"])
    func acceptsTheRegionsOfEveryPartition(region: String) throws {
        #expect(try load(["AWS_REGION": region]).region.name == region)
    }

    @Test(arguments: ["us-east1", "us_east_1", "US-EAST-1", "us-east-1.evil.example", "us-east-1/", "frankfurt", "-1"])
    func refusesWhatIsNoRegion(region: String) {
        let wanted = "the name of an AWS region, such as us-east-1"
        #expect(sentences(["AWS_REGION": region]) == [#"AWS_REGION is "\#(region)", but must be \#(wanted)."#])
        #expect(sentences([:], region: region) == ["region of profile 'default' must be \(wanted)."])
    }

    @Test func asksForTheRegionThatIsMissing() {
        #expect(sentences([:]) == ["AWS_REGION is not set, but must be the name of an AWS region, such as us-east-1."])
    }

    @Test(arguments: [
        (
            ["AWS_ENDPOINT_URL_TRANSCRIBE": "http://localhost:4566/", "AWS_ENDPOINT_URL": "http://b"],
            "http://localhost:4566"
        ),
        (["AWS_ENDPOINT_URL": "https://[::1]:8443"], "https://[::1]:8443"),
        (["AWS_ENDPOINT_URL_TRANSCRIBE": "HTTP://moto_server:5000"], "http://moto_server:5000"),
        (
            ["AWS_ENDPOINT_URL": "http://b", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "TRUE"],
            "https://transcribe.us-east-1.amazonaws.com"
        ),
        ([:], "https://transcribe.us-east-1.amazonaws.com"),
    ])
    func takesTheServicesOwnEndpointFirst(environment: [String: String], url: String) throws {
        let environment = environment.merging(["AWS_REGION": "us-east-1"]) { $1 }
        #expect(try load(environment).transcribe.url == url)
    }

    @Test(arguments: ["AWS_ENDPOINT_URL_TRANSCRIBE", "AWS_ENDPOINT_URL"])
    func namesTheVariableThatSetsTheEndpoint(variable: String) throws {
        let environment = ["AWS_REGION": "us-east-1", variable: "https://localhost:8443"]
        #expect(try load(environment).transcribe.provenance == variable)
    }

    @Test(arguments: [
        "localhost:4566", "ftp://a", "http://", "http://a/path", "http://a?q", "http://a:0", "http://a:65536",
        "http://a b", "http://0177.0.0.1", "http://127.0.0.256:4566",
    ])
    func refusesWhatIsNoEndpoint(endpoint: String) {
        let wanted = Origin.allowed
        #expect(
            sentences(["AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL": endpoint])
                == ["AWS_ENDPOINT_URL is \(endpoint.quoted), but must be \(wanted)."])
    }

    @Test func hidesThePasswordInAnEndpoint() {
        let all = sentences(["AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL": "https://user:horse@host"])
        #expect(all.count == 1)
        #expect(!all.joined().contains("horse"))
    }

    @Test(arguments: ["AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT"])
    func refusesAVariantOfAnEndpointThatIsGiven(name: String) {
        let environment = ["AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL": "http://a", name: "true"]
        #expect(sentences(environment) == ["\(name) must be false beside AWS_ENDPOINT_URL."])
    }

    @Test func readsTheRest() throws {
        let settings = try load([
            "AWS_REGION": "us-east-1", "AWS_PROFILE": "clinic", "AWS_USE_FIPS_ENDPOINT": "true",
            "AWS_USE_DUALSTACK_ENDPOINT": "true", "AWS_SECRET_ACCESS_KEY": "horse",
        ])
        #expect(settings.transcribe.url == "https://transcribe-fips.us-east-1.api.aws")
        #expect(settings.effective.first?.source == .environment("AWS_REGION"))
        #expect(settings.effective.contains { $0.key == "AWS_PROFILE" && $0.text == "clinic" })
        let dualStack = settings.effective.first { $0.key == "AWS_USE_DUALSTACK_ENDPOINT" }
        #expect(dualStack?.source == .environment("AWS_USE_DUALSTACK_ENDPOINT"))
        #expect(!settings.effective.report.contains("horse"))
    }

    @Test func showsTheEndpointsThatFollow() throws {
        let environment = [
            "AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL_TRANSCRIBE": "http://a", "AWS_ENDPOINT_URL_SSO": "x",
        ]
        let settings = try load(environment) { $0.serviceEndpointURLs = ["sso_oidc": "http://b"] }
        #expect(
            settings.effective.suffix(4) == [
                EffectiveSetting(
                    key: "transcribe endpoint", text: "http://a", source: .environment("AWS_ENDPOINT_URL_TRANSCRIBE")),
                EffectiveSetting(
                    key: "sts endpoint", text: "https://sts.us-east-1.amazonaws.com", source: .region),
                EffectiveSetting(
                    key: "sso endpoint",
                    text: "none; AWS_ENDPOINT_URL_SSO must be \(Origin.allowed)",
                    source: .environment("AWS_ENDPOINT_URL_SSO")),
                EffectiveSetting(key: "sso_oidc endpoint", text: "http://b", source: .profile("default")),
            ])
        #expect(settings.effective.report.contains("(by the region)"))
        #expect(try load(["AWS_REGION": "us-east-1"]).effective.count == 14)
    }

    @Test func showsTheFileOfAuthoritiesAndTheSettingThatNamesIt() throws {
        let environment = ["AWS_REGION": "us-east-1"]
        let ours = CertificateAuthorities(path: "/a.pem", setting: .profile("clinic", key: "ca_bundle"))
        let row = EffectiveSetting(key: "certificate authorities", text: "/a.pem", source: .profile("clinic"))
        #expect(try load(environment).trusting(ours).effective.last == row)
        let system = CertificateAuthorities(path: "/b.pem", setting: nil)
        #expect(try load(environment).trusting(system).effective.last?.source == .standard)
    }

    private func sentences(_ environment: [String: String], region: String? = nil) -> [String] {
        let error = #expect(throws: ConfigurationError.self) { try load(environment, region: region) }
        return error?.problems.map(\.description) ?? []
    }

    @Test func takesTheRegionOfTheInstance() throws {
        let environment = AWSEnvironment(["AWS_PROFILE": ""], .found("eu-west-3"))
        let settings = try load(environment.variables).inRegionOfInstance(environment.instanceRegion != nil)
        #expect(settings.transcribe.url == "https://transcribe.eu-west-3.amazonaws.com")
        #expect(settings.regionSetting.place == "instance metadata")
        let row = EffectiveSetting(key: "AWS_REGION", text: "eu-west-3", source: .instance)
        #expect(settings.effective.first == row)
        #expect(settings.effective.report.contains("(instance metadata)"))
    }

    @Test(arguments: [InstanceRegion.none, .found("no region"), .notYet(reason: "silent")])
    func leavesTheVariablesAloneWithoutARegion(region: InstanceRegion) {
        let environment = AWSEnvironment(["AWS_PROFILE": "p"], region)
        #expect(environment.variables == ["AWS_PROFILE": "p"])
        #expect(environment.instanceRegion == nil)
        #expect(environment.pendingReason == (region == .notYet(reason: "silent") ? "silent" : nil))
    }
}
