import AWSCredentials
import SigV4
import Testing

@Suite struct ProfileProviderTests {
    private let folder: Folder

    init() throws { folder = try Folder() }

    private func answer(_ environment: [String: String] = [:]) throws(CredentialsError) -> ProviderAnswer {
        let environment = ["HOME": "/home"].merging(environment) { $1 }
        return try ProfileProvider(environment: environment, files: folder.files).credentials(at: .noon)
    }

    private func reason(_ environment: [String: String] = [:]) throws -> String? {
        guard case .notConfigured(let reason) = try answer(environment) else { return nil }
        return reason
    }

    @Test func joinsThePartsOfAProfileFromBothFiles() throws {
        try folder.write("[default]\nregion = eu-west-1\naws_access_key_id = AKID\n", to: "/home/.aws/config")
        try folder.write(
            "[default]\naws_secret_access_key = HUSH\nAWS_SESSION_TOKEN = TOKEN\naws_account_id = 12\n",
            to: "/home/.aws/credentials")
        let expected = Credentials(
            accessKeyID: "AKID", secretAccessKey: "HUSH", sessionToken: "TOKEN", accountID: "12")
        #expect(try answer().credentials == expected)
    }

    @Test func findsTheFilesWhereTheVariablesSay() throws {
        try folder.write("[profile work]\naws_access_key_id = AKID\n", to: "/etc/aws.conf")
        try folder.write("[work]\naws_secret_access_key = HUSH\n", to: "/home/secrets/aws")
        let environment = [
            "AWS_PROFILE": "work", "AWS_CONFIG_FILE": "/etc/aws.conf", "AWS_SHARED_CREDENTIALS_FILE": "~/secrets/aws",
        ]
        #expect(try answer(environment).credentials == Credentials(accessKeyID: "AKID", secretAccessKey: "HUSH"))
    }

    @Test func readsTheFilesAnewForEveryAnswer() throws {
        try folder.write("[default]\naws_access_key_id = A\naws_secret_access_key = B\n", to: "/home/.aws/credentials")
        #expect(try answer().credentials == Credentials(accessKeyID: "A", secretAccessKey: "B"))
        try folder.write("[default]\naws_access_key_id = C\naws_secret_access_key = D\n", to: "/home/.aws/credentials")
        #expect(try answer().credentials == Credentials(accessKeyID: "C", secretAccessKey: "D"))
    }

    @Test func isNotConfiguredWithoutFiles() throws {
        #expect(
            try reason() == """
                there is no profile 'default', /home/.aws/config does not exist, \
                /home/.aws/credentials does not exist
                """)
    }

    @Test func isNotConfiguredWithoutAHomeDirectory() throws {
        let reason = try reason(["HOME": ""])
        #expect(reason?.contains("HOME does not say where the config file is") == true)
    }

    @Test func isNotConfiguredByAProfileWithoutASource() throws {
        try folder.write("[default]\nregion = eu-west-1\n", to: "/home/.aws/config")
        #expect(try reason() == "profile 'default' names no source of credentials")
    }

    @Test func takesTheNullDeviceForNoFile() throws {
        let reason = try reason(["AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null"])
        #expect(reason?.hasSuffix("/dev/null does not exist") == true)
    }

    @Test func failsOnANamedProfileThatNoFileDefines() throws {
        try folder.write("[default]\naws_access_key_id = A\naws_secret_access_key = B\n", to: "/home/.aws/credentials")
        #expect(throws: CredentialsError.unknownProfile("Default")) { try answer(["AWS_PROFILE": "Default"]) }
    }

    @Test(arguments: [
        ("aws_access_key_id", "aws_secret_access_key"), ("aws_secret_access_key", "aws_access_key_id"),
    ])
    func failsOnHalfAPairOfKeys(set: String, missing: String) throws {
        try folder.write("[default]\n\(set) = A\n\(missing) =\n", to: "/home/.aws/credentials")
        #expect(throws: CredentialsError.incompleteProfile("default", missing: missing)) { try answer() }
    }

    @Test(arguments: [
        ("role_arn = r\nsource_profile = base", ProfileSource.assumedRole),
        ("role_arn = r\ncredential_source = Ec2InstanceMetadata", .assumedRole),
        ("role_arn = r\nweb_identity_token_file = /t", .webIdentity),
        ("sso_session = dev", .singleSignOn),
        ("sso_start_url = https://example.com\nsso_account_id = 1", .singleSignOn),
        ("login_session = s", .login),
        ("credential_process = cat keys", .process),
    ])
    func failsOnASourceThatIsNotSupportedThoughThereAreKeys(lines: String, source: ProfileSource) throws {
        let keys = "aws_access_key_id = A\naws_secret_access_key = B\n"
        try folder.write("[default]\n" + keys + lines, to: "/home/.aws/config")
        #expect(throws: CredentialsError.unsupportedSource(profile: "default", source)) { try answer() }
    }

    @Test func namesTheLineThatBreaksTheFormat() throws {
        try folder.write("[default]\nregion = a\n\naws_access_key_id : A\n", to: "/home/.aws/config")
        #expect(
            throws: CredentialsError.malformedFile(path: "/home/.aws/config", line: 4, .missingEquals)
        ) { try answer() }
    }
}
