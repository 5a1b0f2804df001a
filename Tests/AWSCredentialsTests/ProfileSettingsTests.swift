import AWSCredentials
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
            services = lab
            [services lab]
            transcribe =
              endpoint_url = https://transcribe.example.com
            sts =
              something_else = 1
            """, to: "/home/.aws/config")
        let settings = try settings(profile: "work")
        #expect(settings.region == "eu-west-1")
        #expect(settings.endpointURL == "https://aws.example.com")
        #expect(settings.serviceEndpointURLs == ["transcribe": "https://transcribe.example.com"])
        #expect(settings.usesFIPSEndpoint == true)
        #expect(settings.usesDualStackEndpoint == false)
    }

    @Test(arguments: [nil, "nowhere"])
    func saysNothingWithoutAProfile(profile: String?) throws {
        let settings = try settings(profile: profile)
        #expect(settings.region == nil)
        #expect(settings.endpointURL == nil)
        #expect(settings.serviceEndpointURLs.isEmpty)
        #expect(settings.usesFIPSEndpoint == nil)
        #expect(settings.usesDualStackEndpoint == nil)
    }

    @Test func failsOnAFlagThatIsNeitherTrueNorFalse() throws {
        try folder.write("[default]\nuse_fips_endpoint = yes\n", to: "/home/.aws/config")
        #expect(throws: CredentialsError.malformedFlag(profile: "default", key: "use_fips_endpoint")) {
            try settings()
        }
    }
}
