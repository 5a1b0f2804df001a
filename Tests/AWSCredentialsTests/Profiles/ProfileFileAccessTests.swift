import AWSCredentials
import FoundationEssentials
import Glibc
import SigV4
import Testing

/// How files that exist and cannot be used are treated.
@Suite struct ProfileFileAccessTests {
    private let folder: Folder

    init() throws { folder = try Folder() }

    private func result(
        _ environment: [String: String], limit: Int = 1 << 20
    ) async throws(CredentialsError) -> ProviderResult {
        let files = FileReader(root: folder.path, limit: limit)
        return try await ProfileProvider(environment: environment, files: files).credentials(at: .noon)
    }

    private func error(limit: Int = 1 << 20) async -> CredentialsError? {
        do throws(CredentialsError) {
            _ = try await result(["AWS_SHARED_CREDENTIALS_FILE": "/keys"], limit: limit)
            return nil
        } catch {
            return error
        }
    }

    @Test func acceptsAFileOfTheLargestSizeAndNoLargerOne() async throws {
        let text = "[default]\naws_access_key_id = A\naws_secret_access_key = B\n"
        try folder.write(text, to: "/keys")
        #expect(await error(limit: text.utf8.count) == nil)
        let limit = text.utf8.count - 1
        #expect(await error(limit: limit) == .unreadableFile(path: "/keys", .tooLarge(limit: limit)))
    }

    @Test func failsOnAFileThatIsNotText() async throws {
        try folder.write(Data([0x5B, 0xFF, 0x5D]), to: "/keys")
        #expect(await error() == .unreadableFile(path: "/keys", .notText))
    }

    @Test func failsOnADirectory() async throws {
        try folder.write("", to: "/keys/inside")
        #expect(await error() == .unreadableFile(path: "/keys", .notRegular))
    }

    @Test func skipsAByteOrderMark() async throws {
        try folder.write("\u{FEFF}[default]\naws_access_key_id = A\naws_secret_access_key = B\n", to: "/keys")
        #expect(await error() == nil)
    }

    @Test func followsLinksAsMountedSecretsAre() async throws {
        try folder.write("[default]\naws_access_key_id = A\naws_secret_access_key = B\n", to: "/..data/keys")
        try FileManager.default.createSymbolicLink(
            atPath: folder.path + "/keys", withDestinationPath: "..data/keys")
        #expect(
            try await result(["AWS_SHARED_CREDENTIALS_FILE": "/keys"]).credentials
                == Credentials(accessKeyID: "A", secretAccessKey: "B"))
    }

    @Test func isNotConfiguredByAHomeDirectoryThatCannotBeEntered() async throws {
        try folder.write("a file where a directory should be", to: "/home/.aws")
        guard case .notConfigured(let reason) = try await result(["HOME": "/home"]) else {
            Issue.record("yielded credentials")
            return
        }
        #expect(reason.contains("/home/.aws/config does not exist"))
    }

    /// A name that is too long stands for errors such as a lack of descriptors.
    @Test(arguments: ["HOME", "AWS_CONFIG_FILE"])
    func failsOnAFileThatCannotBeRead(variable: String) async throws {
        let long = "/" + String(repeating: "a", count: 300)
        let path = variable == "HOME" ? long + "/.aws/config" : long
        await #expect(throws: CredentialsError.unreadableFile(path: path, .unreadable)) {
            try await result([variable: long])
        }
    }

    @Test(arguments: [
        (nil, CredentialsError.unknownProfile("p")), ("/f", .unreadableFile(path: "/f", .permissionDenied)),
    ])
    func blamesTheFileThatMayNotBeReadForAMissingProfile(forbidden: String?, error: CredentialsError) {
        let configuration = SharedConfiguration(
            config: SharedFileContents(), credentials: SharedFileContents(), forbidden: forbidden)
        #expect(configuration.absence(of: "p", else: .unknownProfile("p")) == error)
    }

    @Test(.enabled(if: geteuid() != 0, "root may read everything"))
    func saysThatAFileMayNotBeReadWhereTheNamedProfileMayBeInIt() async throws {
        try folder.write("[profile p]", to: "/home/.aws/config")
        let file = folder.path + "/home/.aws/config"
        try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: file)
        await #expect(throws: CredentialsError.unreadableFile(path: "/home/.aws/config", .permissionDenied)) {
            try await result(["HOME": "/home", "AWS_PROFILE": "p"])
        }
    }
}
