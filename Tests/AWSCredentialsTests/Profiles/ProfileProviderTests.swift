import AWSCredentials
import SigV4
import Testing

@Suite struct ProfileProviderTests {
    private let folder: Folder

    init() throws { folder = try Folder() }

    private func result(_ environment: [String: String] = [:]) async throws(CredentialsError) -> ProviderResult {
        let environment = ["HOME": "/home"].merging(environment) { $1 }
        return try await ProfileProvider(environment: environment, files: folder.files).credentials(at: .noon)
    }

    private func reason(_ environment: [String: String] = [:]) async throws -> String? {
        guard case .notConfigured(let reason) = try await result(environment) else { return nil }
        return reason
    }

    @Test func joinsThePartsOfAProfileFromBothFiles() async throws {
        try folder.write(
            "[default]\naws_access_key_id = AKID\naws_secret_access_key = HUSH\n",
            to: "/home/.aws/config")
        try folder.write("[default]\nAWS_SESSION_TOKEN = TOKEN\n", to: "/home/.aws/credentials")
        let expected = Credentials(
            accessKeyID: "AKID", secretAccessKey: "HUSH", sessionToken: "TOKEN")
        #expect(try await result().credentials == expected)
    }

    @Test func takesNothingOfAnotherSetWithTheKeysOfTheCredentialsFile() async throws {
        try folder.write(
            """
            [default]
            aws_access_key_id = OLD
            aws_secret_access_key = OLD
            aws_session_token = OLD
            """, to: "/home/.aws/config")
        try folder.write(
            "[default]\naws_access_key_id = AKID\naws_secret_access_key = HUSH\n", to: "/home/.aws/credentials")
        #expect(try await result().credentials == Credentials(accessKeyID: "AKID", secretAccessKey: "HUSH"))
        try folder.write("[default]\naws_access_key_id = AKID\n", to: "/home/.aws/credentials")
        await #expect(throws: CredentialsError.incompleteProfile("default", missing: "aws_secret_access_key")) {
            try await result()
        }
    }

    @Test func findsTheFilesWhereTheVariablesSay() async throws {
        try folder.write(
            "[profile work]\naws_access_key_id = AKID\naws_secret_access_key = HUSH\n", to: "/etc/aws.conf")
        try folder.write("[work]\naws_session_token = TOKEN\n", to: "/home/secrets/aws")
        let environment = [
            "AWS_PROFILE": "work", "AWS_CONFIG_FILE": "/etc/aws.conf", "AWS_SHARED_CREDENTIALS_FILE": "~/secrets/aws",
        ]
        let expected = Credentials(accessKeyID: "AKID", secretAccessKey: "HUSH", sessionToken: "TOKEN")
        #expect(try await result(environment).credentials == expected)
    }

    @Test func readsTheFilesForEachResult() async throws {
        let provider = ProfileProvider(environment: ["HOME": "/home"], files: folder.files)
        for (id, secret) in [("A", "B"), ("C", "D")] {
            try folder.write(
                "[default]\naws_access_key_id = \(id)\naws_secret_access_key = \(secret)\n",
                to: "/home/.aws/credentials")
            let credentials = try await provider.credentials(at: .noon).credentials
            #expect(credentials == Credentials(accessKeyID: id, secretAccessKey: secret))
        }
    }

    @Test func isNotConfiguredWithoutFiles() async throws {
        #expect(
            try await reason() == """
                there is no profile 'default', /home/.aws/config does not exist, \
                /home/.aws/credentials does not exist
                """)
    }

    @Test func isNotConfiguredWithoutAHomeDirectory() async throws {
        let reason = try await reason(["HOME": ""])
        #expect(reason?.contains("HOME does not say where the config file is") == true)
    }

    @Test func isNotConfiguredByAProfileWithoutASource() async throws {
        try folder.write("[default]\nregion = eu-west-1\n", to: "/home/.aws/config")
        #expect(try await reason() == "profile 'default' names no source of credentials")
    }

    @Test func takesTheNullDeviceForNoFile() async throws {
        let reason = try await reason(["AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null"])
        #expect(reason?.hasSuffix("/dev/null does not exist") == true)
    }

    @Test func failsOnANamedProfileThatNoFileDefines() async throws {
        try folder.write("[default]\naws_access_key_id = A\naws_secret_access_key = B\n", to: "/home/.aws/credentials")
        await #expect(throws: CredentialsError.unknownProfile("Default")) {
            try await result(["AWS_PROFILE": "Default"])
        }
    }

    @Test(arguments: [
        ("aws_access_key_id", "aws_secret_access_key"), ("aws_secret_access_key", "aws_access_key_id"),
    ])
    func failsOnHalfAPairOfKeys(set: String, missing: String) async throws {
        try folder.write("[default]\n\(set) = A\n\(missing) =\n", to: "/home/.aws/credentials")
        await #expect(throws: CredentialsError.incompleteProfile("default", missing: missing)) { try await result() }
    }

    @Test func failsOnALoginThoughThereAreKeys() async throws {
        let keys = "aws_access_key_id = A\naws_secret_access_key = B\n"
        try folder.write("[default]\n" + keys + "login_session = s", to: "/home/.aws/config")
        let error = ProfileError.needsLogin(profile: "default", FileLine(path: "/home/.aws/config", number: 4))
        await #expect(throws: CredentialsError.malformedProfile("default", error)) { try await result() }
    }

    @Test func namesTheLineThatBreaksTheFormat() async throws {
        try folder.write("[default]\nregion = a\n\naws_access_key_id A\n", to: "/home/.aws/config")
        await #expect(
            throws: CredentialsError.malformedFile(path: "/home/.aws/config", line: 4, .missingEquals)
        ) { try await result() }
    }

    @Test(arguments: [
        (["AWS_DEFAULT_PROFILE": "work"], "WORK"), (["AWS_DEFAULT_PROFILE": "work", "AWS_PROFILE": " "], "WORK"),
        (["AWS_DEFAULT_PROFILE": "work", "AWS_PROFILE": "home"], "HOME"), ([:], "BASE"),
    ])
    func readsTheProfileThatAVariableNames(environment: [String: String], key: String) async throws {
        try folder.write(
            ["default": "BASE", "work": "WORK", "home": "HOME"].map {
                "[\($0)]\naws_access_key_id = \($1)\naws_secret_access_key = HUSH\n"
            }.joined(), to: "/home/.aws/credentials")
        #expect(try await result(environment).credentials?.accessKeyID == key)
        await #expect(throws: CredentialsError.unknownProfile("x", variable: "AWS_DEFAULT_PROFILE")) {
            try await result(["AWS_DEFAULT_PROFILE": "x"])
        }
    }

    @Test func takesKeysBesideABareSSOSession() async throws {
        let keys = "aws_access_key_id = AKID\naws_secret_access_key = HUSH\n"
        try folder.write(
            "[default]\nsso_session = s\n\(keys)[sso-session s]\nsso_start_url = u\n", to: "/home/.aws/config")
        #expect(try await result().credentials == Credentials(accessKeyID: "AKID", secretAccessKey: "HUSH"))
    }

    @Test func saysWhichKeysAreNotUsedWhereAProgramFails() async throws {
        try folder.write(
            "[default]\naws_access_key_id = AKID\naws_secret_access_key = HUSH\n", to: "/home/.aws/credentials")
        try folder.write("[default]\ncredential_process = false\n", to: "/home/.aws/config")
        let line = FileLine(path: "/home/.aws/credentials", number: 2)
        do throws(CredentialsError) {
            _ = try await result()
            Issue.record("took the keys")
        } catch {
            guard case .unusedKeys("default", line, _) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(
                error.description.hasSuffix(
                    "the keys of profile 'default' (/home/.aws/credentials, line 2) are not used, because it has a "
                        + "credential_process too: remove one of the two"))
        }
    }

    @Test(arguments: [
        ("config", "[dev]", "[profile dev]"), ("config", "[profile my dev]", "[profile \"my dev\"]"),
        ("config", "[my dev]", "[profile \"my dev\"]"), ("credentials", "[profile dev]", "[dev]"),
        ("credentials", "[profile my dev]", "[my dev]"),
    ])
    func saysHowTheHeadingOfAProfileIsWritten(file: String, heading: String, correction: String) async throws {
        try folder.write("\n\(heading)\naws_access_key_id = AKID\n", to: "/home/.aws/\(file)")
        let name = heading.contains("my dev") ? "my dev" : "dev"
        let expected =
            "the section \(heading) of /home/.aws/\(file), line 2 is not read as the profile '\(name)': "
            + "its heading must be \(correction)"
        let role = "[profile r]\nrole_arn = r\nsource_profile = \(name)\n"
        try folder.write(role, to: "/r")
        var environments = [["AWS_PROFILE": name]]
        if file == "credentials" { environments.append(["AWS_PROFILE": "r", "AWS_CONFIG_FILE": "/r"]) }
        for environment in environments {
            do throws(CredentialsError) {
                _ = try await result(environment)
                Issue.record("found the profile")
            } catch {
                #expect(error.description == expected)
            }
        }
    }
}
