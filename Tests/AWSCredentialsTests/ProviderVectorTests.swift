import AWSCredentials
import SigV4
import Testing

/// The recorded chain cases that need the environment and static profiles only. The others need sources that are not
/// supported.
@Suite(.enabled(if: Vectors.isToBeUsed, Comment(rawValue: Vectors.whySkipped)))
struct ProviderVectorTests {
    private struct Case: Decodable {
        let result: Outcome
    }

    private struct Outcome: Decodable {
        let Ok: Keys?
        let ErrorContains: String?
    }

    private struct Keys: Decodable {
        let access_key_id: String
        let secret_access_key: String
        let session_token: String?
        let account_id: String?
    }

    static let chainCases = [
        "environment_variables", "environment_variables_blank", "prefer_environment", "profile_name",
        "profile_static_keys", "profile_static_keys_case_insensitive",
    ]
    static let profileCases = ["empty_config", "invalid_config"]

    @Test(arguments: chainCases)
    func agreesOnTheChain(name: String) async throws {
        let folder = "default-credential-provider-chain/" + name
        let environment: [String: String] = try Vectors.decode(folder + "/env.json")
        try await check(CredentialsChain(environment: environment, files: files(in: folder)), folder)
    }

    @Test(arguments: profileCases)
    func agreesOnProfiles(name: String) async throws {
        let folder = "profile-provider/" + name
        let environment: [String: String] = try Vectors.decode(folder + "/env.json")
        try await check(ProfileProvider(environment: environment, files: files(in: folder)), folder)
    }

    @Test func knowsEveryCaseThereIs() throws {
        let chain = try Vectors.names(in: "default-credential-provider-chain")
        let profiles = try Vectors.names(in: "profile-provider")
        #expect(chain.count == 29)
        #expect(profiles.count == 18)
        #expect(Set(chain).isSuperset(of: Self.chainCases))
        #expect(Set(profiles).isSuperset(of: Self.profileCases))
    }

    private func files(in folder: String) -> FileReader {
        FileReader(root: Vectors.folder + "/" + folder + "/fs")
    }

    private func check(_ provider: some CredentialsProvider, _ folder: String) async throws {
        let test: Case = try Vectors.decode(folder + "/test-case.json")
        let answer = try? await provider.credentials(at: .noon)
        guard let keys = test.result.Ok else {
            _ = try #require(test.result.ErrorContains)
            if case .found = answer { Issue.record("yielded credentials") }
            return
        }
        let expected = Credentials(
            accessKeyID: keys.access_key_id, secretAccessKey: keys.secret_access_key,
            sessionToken: keys.session_token, expiration: nil, accountID: keys.account_id)
        #expect(answer?.credentials == expected)
    }
}
