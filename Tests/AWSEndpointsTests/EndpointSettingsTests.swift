import AWSEndpoints
import Testing

/// Where services are by what the environment and the profile say.
@Suite struct EndpointSettingsTests {
    private func settings(
        _ variables: [String: String], _ profile: EndpointSettings.Profile = .saying { _ in }
    ) -> EndpointSettings {
        EndpointSettings(profile: profile) { variables[$0] }
    }

    @Test(arguments: [
        (["AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-2"], "eu-west-1", "AWS_REGION"),
        (["AWS_DEFAULT_REGION": "eu-west-2"], "eu-west-2", "AWS_DEFAULT_REGION"),
        ([:], "eu-west-3", "profile 'ward'"),
    ])
    func takesTheRegionOfTheEnvironmentFirst(variables: [String: String], region: String, place: String) throws {
        let settings = settings(variables, .saying { $0.region = "eu-west-3" })
        let (chosen, setting) = try settings.region()
        #expect(chosen.name == region)
        #expect(setting.place == place)
        let endpoint = try settings.endpoint(of: .securityTokens)
        #expect(endpoint.url == "https://sts.\(region).amazonaws.com")
        #expect(endpoint.provenance == "by the region")
    }

    @Test func callsAServiceInTheRegionThatIsGiven() throws {
        let endpoint = try settings(["AWS_REGION": "eu-west-1"]).endpoint(of: .ssoPortal, in: Region("us-east-2"))
        #expect(endpoint.url == "https://portal.sso.us-east-2.amazonaws.com")
        #expect(endpoint.region.name == "us-east-2")
    }

    @Test(arguments: [
        (EndpointSettings.Profile.saying { $0.usesFIPSEndpoint = "true" }, [:], "sts-fips.eu-west-1.amazonaws.com"),
        (.saying { $0.usesFIPSEndpoint = "true" }, ["AWS_USE_FIPS_ENDPOINT": "false"], "sts.eu-west-1.amazonaws.com"),
        (
            .saying { $0.usesFIPSEndpoint = "false" }, ["AWS_USE_FIPS_ENDPOINT": "TRUE"],
            "sts-fips.eu-west-1.amazonaws.com"
        ),
        (.saying { $0.usesDualStackEndpoint = "true" }, [:], "sts.eu-west-1.api.aws"),
    ])
    func takesTheProfilesSwitchesWhereTheEnvironmentHasNone(
        profile: EndpointSettings.Profile, variables: [String: String], host: String
    ) throws {
        let variables = variables.merging(["AWS_REGION": "eu-west-1"]) { $1 }
        #expect(try settings(variables, profile).endpoint(of: .securityTokens).host == host)
    }

    private static let profile = EndpointSettings.Profile.saying {
        $0.endpointURL = "http://c"
        $0.serviceEndpointURLs = ["sts": "http://d"]
    }

    @Test(arguments: [
        (
            ["AWS_ENDPOINT_URL_STS": "http://a", "AWS_ENDPOINT_URL": "http://b"], profile, "http://a",
            "AWS_ENDPOINT_URL_STS"
        ),
        (["AWS_ENDPOINT_URL": "http://b"], profile, "http://b", "AWS_ENDPOINT_URL"),
        ([:], profile, "http://d", "profile 'ward'"),
        ([:], .saying { $0.endpointURL = "http://c" }, "http://c", "profile 'ward'"),
        (["AWS_ENDPOINT_URL_STS": "HTTPS://Host:443/"], .saying { _ in }, "https://host", "AWS_ENDPOINT_URL_STS"),
        (["AWS_ENDPOINT_URL_STS": "http://127.0.0.1:5000"], profile, "http://127.0.0.1:5000", "AWS_ENDPOINT_URL_STS"),
        (["AWS_ENDPOINT_URL_STS": "http://[::1]:80"], profile, "http://[::1]", "AWS_ENDPOINT_URL_STS"),
        (["AWS_ENDPOINT_URL_TRANSCRIBE": "http://a"], profile, "http://d", "profile 'ward'"),
        (
            ["AWS_ENDPOINT_URL_STS": "http://a", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "True"], profile,
            "https://sts.eu-west-1.amazonaws.com", "by the region"
        ),
    ])
    func takesTheEndpointThatASettingChooses(
        variables: [String: String], profile: EndpointSettings.Profile, url: String, provenance: String
    ) throws {
        let variables = variables.merging(["AWS_REGION": "eu-west-1"]) { $1 }
        let endpoint = try settings(variables, profile).endpoint(of: .securityTokens)
        #expect(endpoint.url == url)
        #expect(endpoint.provenance == provenance)
        #expect(endpoint.region.name == "eu-west-1")
    }

    @Test(arguments: [
        ([:], "https://sts.eu-west-1.amazonaws.com"),
        (["AWS_ENDPOINT_URL": "http://b"], "https://sts.eu-west-1.amazonaws.com"),
        (["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "false"], "http://c"),
    ])
    func ignoresEndpointsWhereTheProfileSaysSo(variables: [String: String], url: String) throws {
        let settings = settings(
            variables.merging(["AWS_REGION": "eu-west-1"]) { $1 },
            .saying {
                $0.endpointURL = "http://c"
                $0.ignoresConfiguredEndpointURLs = "TRUE"
            })
        #expect(try settings.endpoint(of: .securityTokens).url == url)
        #expect(
            settings.value(for: "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")?.text
                == (variables["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] ?? "TRUE"))
    }

    /// A name that container networks give is taken for each service alike.
    @Test(arguments: AWSService.allCases)
    func takesAnUnderscoreInTheHostOfEveryService(service: AWSService) throws {
        let variables = ["AWS_REGION": "eu-west-1", service.endpointVariable: "http://moto_server:5000"]
        #expect(try settings(variables).endpoint(of: service).host == "moto_server:5000")
    }

    @Test func namesTheVariablesOfAWS() {
        #expect(
            AWSService.allCases.map(\.endpointVariable) == [
                "AWS_ENDPOINT_URL_TRANSCRIBE", "AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL_SSO",
                "AWS_ENDPOINT_URL_SSO_OIDC",
            ])
    }

    private static let region = "the name of an AWS region, such as us-east-1"
    private static let url = Origin.allowed

    @Test(arguments: [
        ([:], "AWS_REGION is not set, but must be \(region)"),
        (["AWS_REGION": "evil.example/"], "AWS_REGION must be \(region)"),
        (["AWS_DEFAULT_REGION": "a b"], "AWS_DEFAULT_REGION must be \(region)"),
        (["AWS_ENDPOINT_URL": "http://a"], "AWS_REGION is not set, but must be \(region)"),
        (["AWS_REGION": "eu-west-1", "AWS_USE_FIPS_ENDPOINT": "yes"], "AWS_USE_FIPS_ENDPOINT must be true or false"),
        (
            ["AWS_REGION": "eu-west-1", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "1"],
            "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS must be true or false"
        ),
        (
            ["AWS_REGION": "eu-west-1", "AWS_USE_FIPS_ENDPOINT": "true", "AWS_ENDPOINT_URL": "http://a"],
            "AWS_USE_FIPS_ENDPOINT must be false beside AWS_ENDPOINT_URL"
        ),
        (
            ["AWS_REGION": "eu-west-1", "AWS_USE_DUALSTACK_ENDPOINT": "true", "AWS_ENDPOINT_URL": "http://a"],
            "AWS_USE_DUALSTACK_ENDPOINT must be false beside AWS_ENDPOINT_URL"
        ),
        (["AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL_STS": "ftp://a"], "AWS_ENDPOINT_URL_STS must be \(url)"),
        (
            ["AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL_STS": "https://user:HUSH@a"],
            "AWS_ENDPOINT_URL_STS must be \(url)"
        ),
        (["AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL": "https://a/path"], "AWS_ENDPOINT_URL must be \(url)"),
        (["AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL": "https://a:0"], "AWS_ENDPOINT_URL must be \(url)"),
    ])
    func refusesSettingsThatNameNoPlace(variables: [String: String], sentence: String) {
        let error = #expect(throws: EndpointError.self) { try settings(variables).endpoint(of: .securityTokens) }
        #expect(error?.description == sentence)
    }

    @Test(arguments: [
        (EndpointSettings.Profile.saying { $0.region = "frankfurt" }, "region of profile 'ward' must be \(region)"),
        (
            .saying { $0.ignoresConfiguredEndpointURLs = "yes" },
            "ignore_configured_endpoint_urls of profile 'ward' must be true or false"
        ),
        (
            .saying { $0.endpointURL = "ftp://a" },
            "endpoint_url of profile 'ward' must be \(url)"
        ),
        (
            .saying { $0.serviceEndpointURLs = ["sts": "a"] },
            "sts endpoint_url of profile 'ward' must be \(url)"
        ),
        (
            .saying {
                $0.endpointURL = "http://a"
                $0.usesFIPSEndpoint = "true"
                $0.usesDualStackEndpoint = "true"
            },
            "use_fips_endpoint of profile 'ward' and use_dualstack_endpoint of profile 'ward' must be false beside "
                + "endpoint_url of profile 'ward'"
        ),
    ])
    func namesTheKeyOfTheProfile(profile: EndpointSettings.Profile, sentence: String) {
        let variables = profile.region == nil ? ["AWS_REGION": "eu-west-1"] : [:]
        let error = #expect(throws: EndpointError.self) {
            try settings(variables, profile).endpoint(of: .securityTokens)
        }
        #expect(error?.description == sentence)
    }
}

extension EndpointSettings.Profile {
    fileprivate static func saying(_ change: (inout Self) -> Void) -> Self {
        var profile = Self(name: "ward")
        change(&profile)
        return profile
    }
}
