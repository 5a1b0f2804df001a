import AWSCredentials
import SigV4
import TestSupport
import Testing

/// The cases of profile chains that the AWS SDKs share.
@Suite(.needsVectors)
struct ProfilePlanVectorTests {
    /// A session without an account and a role gives a token and no credentials. Other SDKs fail when they ask for the
    /// credentials; here the profile is rejected before a request is sent.
    private static let refusedEarlier: Set = ["SSO token profile selected"]

    @Test func agreesWithEveryCaseOfTheOtherSDKs() throws {
        let cases: [Case] = try Vectors.decode(from: "credentials/assume-role-tests.json")
        #expect(cases.count == 28)
        for test in cases { try check(test) }
    }

    private func check(_ test: Case) throws {
        let comment = Comment(rawValue: test.docs)
        let configuration = try test.input.configuration
        let result = Result { () throws(CredentialsError) in
            try ProfilePlan(for: test.input.selected_profile, in: configuration)
        }
        switch result {
        case .success(let plan):
            let chain = try #require(test.output.ProfileChain, comment)
            let base = try #require(chain.first, comment).base(in: test.input)
            #expect(base == plan.base, comment)
            #expect(chain.dropFirst().map(\.AssumeRole?.role) == plan.roles, comment)
        case .failure:
            #expect(test.output.Error != nil || Self.refusedEarlier.contains(test.docs), comment)
        }
    }
}

private struct Case: Decodable {
    let docs: String
    let input: Input
    let output: Output

    struct Input: Decodable {
        let profiles: [String: [String: String]]
        let sso_sessions: [String: [String: String]]?
        let selected_profile: String

        var configuration: SharedConfiguration {
            get throws {
                let lines =
                    profiles.map { text("profile \($0.key)", $0.value) }
                    + (sso_sessions ?? [:]).map { text("sso-session \($0.key)", $0.value) }
                let sections = try SharedFileParser.contents(of: lines.joined(), as: .config, path: "config")
                return SharedConfiguration(config: sections, credentials: SharedFileContents())
            }
        }

        private func text(_ heading: String, _ properties: [String: String]) -> String {
            "[\(heading)]\n" + properties.map { "\($0.key) = \($0.value)\n" }.joined()
        }
    }

    struct Output: Decodable {
        let ProfileChain: [Link]?
        let Error: String?
    }

    struct Link: Decodable {
        let AccessKey: Keys?
        let NamedSource: String?
        let AssumeRole: AssumedRole?
        let WebIdentityToken: Identity?
        let Sso: SSO?

        func base(in input: Input) throws -> ProfilePlan.Base {
            if let keys = AccessKey { return .staticKeys(keys.credentials) }
            if let identity = WebIdentityToken { return .webIdentity(identity.identity) }
            if let sso = Sso { return .sso(sso.settings(of: input.selected_profile)) }
            let source = AWSCredentials.NamedSource(rawValue: NamedSource ?? "")
            return .named(try #require(source))
        }
    }

    struct Keys: Decodable {
        let access_key_id: String
        let secret_access_key: String

        var credentials: Credentials {
            Credentials(accessKeyID: access_key_id, secretAccessKey: secret_access_key)
        }
    }

    struct AssumedRole: Decodable {
        let role_arn: String
        let role_session_name: String?
        let external_id: String?

        var role: Role { Role(arn: role_arn, sessionName: role_session_name, externalID: external_id) }
    }

    struct Identity: Decodable {
        let role_arn: String
        let web_identity_token_file: String
        let role_session_name: String?

        var identity: WebIdentity {
            WebIdentity(role: Role(arn: role_arn, sessionName: role_session_name), tokenFile: web_identity_token_file)
        }
    }

    struct SSO: Decodable {
        let sso_account_id: String?
        let sso_role_name: String?
        let sso_region: String
        let sso_start_url: String

        func settings(of profile: String) -> SSOSettings {
            SSOSettings(
                profile: profile, session: nil, region: sso_region, startURL: sso_start_url,
                accountID: sso_account_id ?? "", roleName: sso_role_name ?? "")
        }
    }
}
