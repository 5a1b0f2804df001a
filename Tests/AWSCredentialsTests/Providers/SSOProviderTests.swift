import AWSCredentials
import Curl
import Formats
import FoundationEssentials
import SigV4
import Testing
import UpstreamTestSupport

/// Roles of users of IAM Identity Center.
@Suite struct SSOProviderTests {
    private let folder: Folder

    init() throws {
        folder = try Folder()
        try folder.write(
            """
            [default]
            sso_session = dev
            sso_account_id = 012345678901
            sso_role_name = Read Only
            [sso-session dev]
            sso_region = eu-west-1
            sso_start_url = https://example.awsapps.com/start
            [profile old]
            sso_start_url = https://ssotest.awsapps.com/start
            sso_region = cn-north-1
            sso_account_id = 1
            sso_role_name = r
            """, to: "/home/.aws/config")
    }

    /// What `sha1sum` says of `dev`.
    private static let file = "/home/.aws/sso/cache/34c6fceca75e456f25e7e99531e2425c6c1de443.json"
    private static let keys = CurlResponse.text(
        """
        {"roleCredentials": {"accessKeyId": "A", "secretAccessKey": "B", "sessionToken": "C", \
        "expiration": 1795525200000}}
        """)
    private static let issued = CurlResponse.text(
        #"{"accessToken": "TOKEN2", "expiresIn": 28800, "refreshToken": "REFRESH2", "tokenType": "Bearer"}"#)
    private let found = Credentials(
        accessKeyID: "A", secretAccessKey: "B", sessionToken: "C", expiration: .noon + 3_600)

    private func signIn(until end: Timestamp, isRefreshable: Bool = true, to file: String = file) throws {
        let refreshGrant = #", "refreshToken": "REFRESH1", "clientId": "id", "clientSecret": "HUSH""#
        try folder.write(
            #"{"accessToken": "TOKEN1", "expiresAt": "\#(end)"\#(isRefreshable ? refreshGrant : "")}"#, to: file)
    }

    private func signedIn() throws -> Data { try Data(contentsOf: URL(filePath: folder.path + Self.file)) }

    private func provider(_ transport: ScriptedTransport, _ environment: [String: String] = [:]) -> ProfileProvider {
        let environment = ["HOME": "/home", "AWS_REGION": "us-east-1"].merging(environment) { $1 }
        return ProfileProvider(environment: environment, files: folder.files, transport: transport)
    }

    /// Older versions of the AWS CLI wrote `UTC`.
    @Test(arguments: ["2026-11-24T12:30:00UTC", "2026-11-24T12:30:00+0000"])
    func readsTheExpirationsOfOlderTokenFiles(expiration: String) async throws {
        try folder.write(#"{"accessToken": "TOKEN1", "expiresAt": "\#(expiration)"}"#, to: Self.file)
        let provider = provider(ScriptedTransport(.success(Self.keys)))
        #expect(try await provider.credentials(at: .noon + 1_799).credentials == found)
        await #expect(throws: CredentialsError.ssoFailed(profile: "default", .expired)) {
            try await provider.credentials(at: .noon + 1_800)
        }
    }

    @Test func sendsTheTokenToThePortal() async throws {
        try signIn(until: .noon + 3_600)
        let transport = ScriptedTransport(.success(Self.keys))
        let result = try await provider(transport).credentials(at: .noon)
        #expect(result == .found(found, from: CredentialsOrigin("profile (SSO)", isStaticallyStable: true)))
        let request = try #require(transport.requests.first)
        #expect(
            request.url == "https://portal.sso.eu-west-1.amazonaws.com/federation/credentials"
                + "?role_name=Read%20Only&account_id=012345678901")
        #expect(request.method == "GET")
        #expect(request.headers.map(\.name) == ["x-amz-sso_bearer_token"])
        #expect(request["x-amz-sso_bearer_token"] == "TOKEN1")
    }

    @Test func findsTheTokenOfOlderProfilesByTheirURL() async throws {
        let file = "/home/.aws/sso/cache/dace00cba5f8355ec9d274ceb2bcebdfbeed0e12.json"
        try signIn(until: .noon + 60, isRefreshable: false, to: file)
        let transport = ScriptedTransport(.success(Self.keys))
        _ = try await provider(transport, ["AWS_PROFILE": "old"]).credentials(at: .noon)
        #expect(transport.requests.first?.url.hasPrefix("https://portal.sso.cn-north-1.amazonaws.com.cn/") == true)
    }

    @Test func refreshesATokenBeforeItExpiresAndKeepsItInMemory() async throws {
        try signIn(until: .noon + 600)
        let before = try signedIn()
        let transport = ScriptedTransport { request throws(CurlError) in
            request.url.hasPrefix("https://oidc.") ? Self.issued : Self.keys
        }
        let provider = provider(transport)
        #expect(try await provider.credentials(at: .noon).credentials == found)
        #expect(try await provider.credentials(at: .noon + 1_200).credentials == found)
        #expect(transport.requests.map(\.method) == ["POST", "GET", "GET"])
        #expect(transport.requests[0].url == "https://oidc.eu-west-1.amazonaws.com/token")
        let body = try JSONDecoder().decode([String: String].self, from: Data(transport.requests[0].body))
        #expect(
            body == [
                "grantType": "refresh_token", "clientId": "id", "clientSecret": "HUSH", "refreshToken": "REFRESH1",
            ])
        #expect(transport.requests.dropFirst().map { $0["x-amz-sso_bearer_token"] } == ["TOKEN2", "TOKEN2"])
        #expect(try signedIn() == before)
    }

    @Test(arguments: ["invalid_grant", "expired_token", "invalid_client", "unauthorized_client"])
    func usesATokenThatCannotBeRefreshedUntilItExpires(code: String) async throws {
        try signIn(until: .noon + 60)
        let transport = ScriptedTransport { request throws(CurlError) in
            request.url.hasPrefix("https://oidc.") ? .text(#"{"error": "\#(code)"}"#, status: 400) : Self.keys
        }
        #expect(try await provider(transport).credentials(at: .noon).credentials == found)
        #expect(transport.requests.last?["x-amz-sso_bearer_token"] == "TOKEN1")
        await #expect(throws: CredentialsError.ssoFailed(profile: "default", .expired)) {
            try await provider(transport).credentials(at: .noon + 60)
        }
    }

    @Test(arguments: [#"{"error": "invalid_request"}"#, #"{"error": "slow_down"}"#, "{}", "<html>"], [400, 401, 403])
    func takesAnyOtherErrorForOneThatMayPass(body: String, status: Int) async throws {
        try signIn(until: .noon)
        let error = CredentialsError.endpointFailed(
            "IAM Identity Center at oidc.eu-west-1.amazonaws.com", .status(status))
        #expect(error.isRecoverable)
        await #expect(throws: error) {
            try await provider(ScriptedTransport(.success(.text(body, status: status)))).credentials(at: .noon)
        }
    }

    @Test func tellsASilentIssuerFromAnErrorResponse() async throws {
        try signIn(until: .noon)
        let silence = CredentialsError.endpointFailed(
            "IAM Identity Center at oidc.eu-west-1.amazonaws.com", .transfer(.couldNotConnect))
        await #expect(throws: silence) { try await provider(.unreachable).credentials(at: .noon) }
        let error = CredentialsError.endpointFailed(
            "IAM Identity Center at oidc.eu-west-1.amazonaws.com", .malformed)
        await #expect(throws: error) {
            try await provider(ScriptedTransport(.success(.text("HUSH")))).credentials(at: .noon)
        }
    }

    @Test func failsWithoutATokenFile() async {
        await #expect(throws: CredentialsError.ssoFailed(profile: "default", .missingFile(path: Self.file))) {
            try await provider(.unreachable).credentials(at: .noon)
        }
    }

    @Test(arguments: ["", "{}", #"{"accessToken": "HUSH", "expiresAt": "soon"}"#])
    func failsOnAFileThatHoldsNoToken(text: String) async throws {
        try folder.write(text, to: Self.file)
        let error = CredentialsError.ssoFailed(profile: "default", .malformedFile(path: Self.file))
        #expect(error.isRecoverable)
        await #expect(throws: error) { try await provider(.unreachable).credentials(at: .noon) }
    }

    @Test func failsOnATokenThatHasExpired() async throws {
        try signIn(until: .noon, isRefreshable: false)
        await #expect(throws: CredentialsError.ssoFailed(profile: "default", .expired)) {
            try await provider(.unreachable).credentials(at: .noon)
        }
    }

    @Test(
        arguments: [
            (
                .portal(401, field: "UnauthorizedException:http://internal.amazon.com/coral/com.amazonaws.sso/"),
                .ssoFailed(profile: "default", .rejected), 1
            ),
            (
                .text(#"{"__type": "com.amazonaws.switchboard.portal#UnauthorizedException"}"#, status: 401),
                .ssoFailed(profile: "default", .rejected), 1
            ),
            (.portal(403, field: "ForbiddenException"), .ssoFailed(profile: "default", noSuchRole), 1),
            (.text(#"{"code": "ForbiddenException"}"#, status: 403), .ssoFailed(profile: "default", noSuchRole), 1),
            (.portal(404, field: "ResourceNotFoundException"), .ssoFailed(profile: "default", noSuchRole), 1),
            // Of a proxy.
            (.text("HUSH", status: 401), portal(.status(401)), 1), (.text("", status: 403), portal(.status(403)), 1),
            (.text("<html>", status: 404), portal(.status(404)), 1),
            (.text("{}", status: 403), portal(.status(403)), 1),
            (.portal(403, field: "Other"), portal(.status(403)), 1),
            (.text("", status: 400), portal(.status(400)), 1), (.text("", status: 429), portal(.status(429)), 3),
            (.text("", status: 500), portal(.status(500)), 3), (.text("{}"), portal(.malformed), 1),
        ] as [(CurlResponse, CredentialsError, Int)])
    func saysWhatThePortalMeans(response: CurlResponse, error: CredentialsError, attempts: Int) async throws {
        try signIn(until: .noon + 3_600)
        let transport = ScriptedTransport(.success(response))
        await #expect(throws: error) { try await provider(transport).credentials(at: .noon) }
        #expect(transport.requests.count == attempts)
    }

    private static let noSuchRole = SSOError.noSuchRole(name: "Read Only", accountID: "012345678901")

    private static func portal(_ error: CredentialsEndpointError) -> CredentialsError {
        .endpointFailed("IAM Identity Center at portal.sso.eu-west-1.amazonaws.com", error)
    }

    @Test func needsAHomeDirectory() async throws {
        try folder.write(
            "[default]\nsso_start_url = u\nsso_region = r\nsso_account_id = 1\nsso_role_name = r", to: "/c")
        let provider = ProfileProvider(environment: ["AWS_CONFIG_FILE": "/c"], files: folder.files)
        await #expect(throws: CredentialsError.self) { try await provider.credentials(at: .noon) }
    }

    @Test func showsNoSecret() {
        let refreshGrant = SSOToken.RefreshGrant(
            refreshToken: "HUSH", clientID: "HUSH", clientSecret: "HUSH", registrationExpiration: nil)
        let token = SSOToken(accessToken: "HUSH", expiration: .noon, refreshGrant: refreshGrant)
        var state = SSOTokenState()
        state.keep(token)
        var text = "\(token) \(refreshGrant) \(state) \(SSOTokenState.Step.use(token))"
        for value in [token, refreshGrant, state] as [Any] { dump(value, to: &text) }
        #expect(!text.contains("HUSH"))
    }
}

extension CurlResponse {
    /// An error of the portal, whose code stands in the field that AWS names it in.
    fileprivate static func portal(_ status: Int, field: String) -> CurlResponse {
        CurlResponse(status: status, headers: CurlHeaders([("x-amzn-ErrorType", field)]), body: [])
    }
}
