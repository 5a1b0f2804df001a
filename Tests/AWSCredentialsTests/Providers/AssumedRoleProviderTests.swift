import AWSCredentials
import Curl
import SigV4
import Testing
import UpstreamTestSupport

/// Roles that a profile assumes with the credentials of another source.
@Suite struct AssumedRoleProviderTests {
    private let folder: Folder

    init() throws { folder = try Folder() }

    private static let arn = "arn:aws:iam::123456789012:role/reader"
    private let base = Credentials(accessKeyID: "AKIDBASE", secretAccessKey: "BASEHUSH")
    private let role = Credentials(
        accessKeyID: "ASIAROLE", secretAccessKey: "ROLEHUSH", sessionToken: "ROLETOKEN",
        expiration: .noon + 3_600)

    private static let keys = "[profile base]\naws_access_key_id = AKIDBASE\naws_secret_access_key = BASEHUSH\n"

    private func result(
        _ config: String, _ transport: ScriptedTransport, named: NamedSources = .none
    ) async throws -> ProviderResult {
        try folder.write(config + "\n" + Self.keys, to: "/home/.aws/config")
        let environment = ["HOME": "/home", "AWS_REGION": "eu-west-1"]
        return try await ProfileProvider(
            environment: environment, files: folder.files, transport: transport, named: named
        ).credentials(at: .noon)
    }

    private func verify(_ request: CurlRequest, by credentials: Credentials) throws {
        let host = "sts.eu-west-1.amazonaws.com"
        let signed = SigningRequest(
            method: request.method, headers: request.headers + [(name: "Host", value: host)], body: request.body)
        try Verifier(region: "eu-west-1", service: "sts").verify(signed, known: [credentials], at: .noon)
    }

    @Test func signsTheRequestAndTakesTheCredentials() async throws {
        let transport = ScriptedTransport(.success(.role()))
        let result = try await result("[default]\nrole_arn = \(Self.arn)\nsource_profile = base", transport)
        #expect(result == .found(role, from: CredentialsOrigin("profile (assumed role)", isStaticallyStable: true)))
        let request = try #require(transport.requests.first)
        #expect(request.method == "POST")
        #expect(request.url == "https://sts.eu-west-1.amazonaws.com/")
        #expect(
            request.form == [
                "Action": "AssumeRole", "Version": "2011-06-15",
                "RoleArn": "arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Freader",
                "RoleSessionName": "transcribe-gateway-1795521600",
            ])
        try verify(request, by: base)
        #expect(request["x-amz-security-token"] == nil)
    }

    @Test func signsNoRequestWithKeysThatCannotStandInIt() async throws {
        let transport = ScriptedTransport(.success(.role()))
        let config =
            "[default]\nrole_arn = \(Self.arn)\nsource_profile = odd\n[profile odd]\n"
            + "aws_access_key_id = AKID/ODD\naws_secret_access_key = BASEHUSH"
        let reason = "\(CredentialsError.separatorInAccessKeyID)"
        await #expect(throws: CredentialsError.noSourceCredentials(role: Self.arn, reason: reason)) {
            try await result(config, transport)
        }
        #expect(transport.requests.isEmpty)
    }

    @Test func sendsWhatTheProfileSaysOfTheSession() async throws {
        let transport = ScriptedTransport(.success(.role()))
        _ = try await result(
            """
            [default]
            role_arn = \(Self.arn)
            source_profile = base
            role_session_name = me@here
            external_id = a b&c=d+é~
            duration_seconds = 900
            """, transport)
        let form = try #require(transport.requests.first).form
        #expect(form["RoleSessionName"] == "me%40here")
        #expect(form["ExternalId"] == "a%20b%26c%3Dd%2B%C3%A9~")
        #expect(form["DurationSeconds"] == "900")
    }

    @Test func assumesOneRoleAfterTheOther() async throws {
        let transport = ScriptedTransport(.success(.role()))
        let result = try await result(
            """
            [default]
            role_arn = \(Self.arn)-2
            source_profile = middle
            [profile middle]
            role_arn = \(Self.arn)-1
            source_profile = base
            """, transport)
        #expect(result.credentials == role)
        #expect(transport.requests.compactMap(\.form["RoleArn"]?.last) == ["1", "2"])
        try verify(transport.requests[0], by: base)
        try verify(transport.requests[1], by: role)
        #expect(transport.requests[1]["x-amz-security-token"] == "ROLETOKEN")
    }

    @Test(arguments: [
        ("Environment", "AKIDENV"), ("EcsContainer", "AKIDBOX"), ("Ec2InstanceMetadata", "AKIDEC2"),
    ])
    func asksTheSourceThatTheProfileNames(source: String, key: String) async throws {
        func provider(_ key: String) -> EnvironmentProvider {
            EnvironmentProvider(environment: ["AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": "HUSH"])
        }
        let named = NamedSources(
            environment: provider("AKIDENV"), container: provider("AKIDBOX"), instanceMetadata: provider("AKIDEC2"))
        let transport = ScriptedTransport(.success(.role()))
        _ = try await result(
            "[default]\nrole_arn = \(Self.arn)\ncredential_source = \(source)", transport, named: named)
        let request = try #require(transport.requests.first)
        try verify(request, by: Credentials(accessKeyID: key, secretAccessKey: "HUSH"))
    }

    @Test func failsWhereTheNamedSourceIsNotConfigured() async throws {
        let error = CredentialsError.noSourceCredentials(role: Self.arn, reason: "AWS_ACCESS_KEY_ID is not set")
        await #expect(throws: error) {
            try await result("[default]\nrole_arn = \(Self.arn)\ncredential_source = Environment", .unreachable)
        }
    }

    /// As while an instance starts.
    @Test func mayFindTheNamedSourceALittleLater() async throws {
        let transport = ScriptedTransport { _ throws(CurlError) in throw .timedOut(.connecting) }
        let metadata = InstanceMetadataProvider(
            environment: [:], profile: { nil }, transport: transport, pause: { _ in })
        let none = EnvironmentProvider(environment: [:])
        let named = NamedSources(environment: none, container: none, instanceMetadata: metadata)
        let config = "[default]\nrole_arn = \(Self.arn)\ncredential_source = Ec2InstanceMetadata"
        let error = await #expect(throws: CredentialsError.self) {
            try await result(config, .unreachable, named: named)
        }
        #expect(error?.isTransient == true)
    }

    // MARK: - Refusals

    @Test(arguments: [
        ("AccessDenied", 403, STSError.accessDenied, 1), ("ExpiredToken", 403, .expiredToken, 1),
        ("ExpiredTokenException", 400, .expiredToken, 1), ("InvalidIdentityToken", 400, .invalidIdentityToken, 1),
        ("IDPRejectedClaim", 403, .rejectedClaim, 1), ("InvalidClientTokenId", 403, .unknownKey, 1),
        ("SignatureDoesNotMatch", 403, .wrongSignature, 1), ("RequestExpired", 400, .wrongTime, 1),
        ("ValidationError", 400, .invalidRequest, 1), ("RegionDisabledException", 403, .regionDisabled, 1),
        ("Something.New", 400, .other(code: "Something.New"), 1), ("Throttling", 400, .throttled, 3),
        ("IDPCommunicationError", 400, .unreachableIdentityProvider, 3),
    ])
    func saysWhyARoleCannotBeAssumed(code: String, status: Int, refusal: STSError, attempts: Int) async throws {
        let transport = ScriptedTransport(.success(.refusal(code, status: status)))
        await #expect(throws: CredentialsError.assumeRoleFailed(role: Self.arn, refusal)) {
            try await result("[default]\nrole_arn = \(Self.arn)\nsource_profile = base", transport)
        }
        #expect(transport.requests.count == attempts)
    }

    @Test func findsTheReasonInAListToo() async throws {
        let body = "<ErrorResponse><Errors><Error><Code>AccessDenied</Code></Error></Errors></ErrorResponse>"
        let transport = ScriptedTransport(.success(.text(body, status: 403)))
        await #expect(throws: CredentialsError.assumeRoleFailed(role: Self.arn, .accessDenied)) {
            try await result("[default]\nrole_arn = \(Self.arn)\nsource_profile = base", transport)
        }
    }

    @Test(arguments: [
        (CurlResponse.text("", status: 503), CredentialsEndpointError.status(503), 3),
        (.refusal("Throttling", status: 503), .status(503), 3),
        (.text("busy", status: 429), .status(429), 3),
        (.text("<html>no</html>", status: 400), .status(400), 1),
        (.refusal("two words HUSH", status: 400), .status(400), 1),
        (.text("", status: 302), .status(302), 1),
        (.text("{}"), .malformed, 1),
        (.text("<AssumeRoleResponse/>"), .malformed, 1),
        (.role("AssumeRoleWithWebIdentity"), .malformed, 1),
        (.text("<!DOCTYPE x [<!ENTITY e 'e'>]><AssumeRoleResponse/>"), .malformed, 1),
    ])
    func saysWhatIsWrongWithAResponse(response: CurlResponse, error: CredentialsEndpointError, attempts: Int)
        async throws
    {
        let transport = ScriptedTransport(.success(response))
        await #expect(throws: CredentialsError.endpointFailed("AWS STS at sts.eu-west-1.amazonaws.com", error)) {
            try await result("[default]\nrole_arn = \(Self.arn)\nsource_profile = base", transport)
        }
        #expect(transport.requests.count == attempts)
    }

    @Test(arguments: [
        (CurlError.couldNotConnect, 3), (.couldNotResolve, 3), (.timedOut(.awaitingResponse), 3), (.closedEarly, 3),
        (.tlsFailed(.untrustedCertificate), 1), (.responseTooLarge(limit: 9), 1), (.cancelled, 1), (.shutDown, 1),
        (.tlsFailed(.handshake), 3), (.other(code: 55), 3),
    ])
    func triesAgainWhereThatCanHelp(error: CurlError, attempts: Int) async throws {
        let transport = ScriptedTransport(.failure(error))
        let failure = CredentialsError.endpointFailed("AWS STS at sts.eu-west-1.amazonaws.com", .transfer(error))
        await #expect(throws: failure) {
            try await result("[default]\nrole_arn = \(Self.arn)\nsource_profile = base", transport)
        }
        #expect(transport.requests.count == attempts)
    }

    @Test func takesTheFirstUsableResponse() async throws {
        let transport = ScriptedTransport(
            .failure(.closedEarly), .success(.text("", status: 500)), .success(.role()))
        let result = try await result("[default]\nrole_arn = \(Self.arn)\nsource_profile = base", transport)
        #expect(result.credentials == role)
        #expect(transport.requests.count == 3)
    }
}
