import AWSCredentials
import AWSEndpoints
import Testing

@Suite struct ProfileSettingsTests {
    private let folder: Folder

    init() throws { folder = try Folder() }

    private func settings(profile: String? = nil) throws(CredentialsError) -> ProfileSettings {
        var environment = ["HOME": "/home"]
        environment["AWS_PROFILE"] = profile
        return try ProfileSettings(environment: environment, files: folder.files)
    }

    @Test func readsWhereAWSIsFromTheSelectedProfile() throws {
        try folder.write(
            """
            [default]
            region = us-east-1
            [profile work]
            region = eu-west-1
            endpoint_url = https://aws.example.com
            use_fips_endpoint = true
            use_dualstack_endpoint = False
            ignore_configured_endpoint_urls = True
            services = lab
            [services lab]
            transcribe =
              endpoint_url = https://transcribe.example.com
            sts =
              something_else = 1
            """, to: "/home/.aws/config")
        let endpoints = try settings(profile: "work").endpoints
        #expect(endpoints.name == "work")
        #expect(endpoints.region == "eu-west-1")
        #expect(endpoints.endpointURL == "https://aws.example.com")
        #expect(endpoints.serviceEndpointURLs == ["transcribe": "https://transcribe.example.com"])
        #expect(endpoints.usesFIPSEndpoint == "true")
        #expect(endpoints.usesDualStackEndpoint == "False")
        #expect(endpoints.ignoresConfiguredEndpointURLs == "True")
    }

    @Test(arguments: [nil, "nowhere"])
    func saysNothingWithoutAProfile(profile: String?) throws {
        let endpoints = try settings(profile: profile).endpoints
        #expect(endpoints.region == nil)
        #expect(endpoints.endpointURL == nil)
        #expect(endpoints.serviceEndpointURLs.isEmpty)
        #expect(endpoints.usesFIPSEndpoint == nil)
        #expect(endpoints.usesDualStackEndpoint == nil)
    }

    /// The file whose value counts: the credentials file, where both have the key.
    @Test func knowsTheLineOfEachSetting() throws {
        try folder.write(
            """
            [default]
            region = eu-west-1
            use_fips_endpoint = yes
            ignore_configured_endpoint_urls = no
            services = lab
            [services lab]
            sts =
              endpoint_url = http://sts
            """, to: "/home/.aws/config")
        try folder.write("[default]\nregion = eu-west-2\n", to: "/home/.aws/credentials")
        let endpoints = try settings().endpoints
        #expect(
            endpoints.places == [
                "region": "/home/.aws/credentials, line 2", "use_fips_endpoint": "/home/.aws/config, line 3",
                "ignore_configured_endpoint_urls": "/home/.aws/config, line 4",
                "sts endpoint_url": "/home/.aws/config, line 7",
            ])
    }
}
