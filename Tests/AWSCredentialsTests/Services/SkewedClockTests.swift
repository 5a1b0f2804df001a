import AWSCredentials
import Curl
import Formats
import SigV4
import TestSupport
import Testing
import UpstreamTestSupport

/// AWS STS where this machine's clock is wrong: it says noon.
@Suite struct SkewedClockTests {
    private let clock = AWSClock.noon

    private static let config = """
        [default]
        role_arn = arn:r
        source_profile = base
        [profile base]
        aws_access_key_id = AKIDBASE
        aws_secret_access_key = BASEHUSH
        """

    private func result(_ transport: ScriptedTransport) async throws -> ProviderResult {
        let folder = try Folder()
        try folder.write(Self.config, to: "/home/.aws/config")
        return try await ProfileProvider(
            environment: ["HOME": "/home", "AWS_REGION": "eu-west-1"], files: folder.files, transport: transport,
            clock: clock
        ).credentials(at: .noon)
    }

    /// An STS with a clock that stands still. It rejects with `code` what is not signed with its time.
    private func service(at time: Timestamp, refusingWith code: String, status: Int = 403) -> ScriptedTransport {
        ScriptedTransport { request in
            let signed = SigningRequest(
                method: request.method,
                headers: request.headers + [(name: "Host", value: "sts.eu-west-1.amazonaws.com")], body: request.body)
            let base = Credentials(accessKeyID: "AKIDBASE", secretAccessKey: "BASEHUSH")
            let verifier = Verifier(region: "eu-west-1", service: "sts")
            let isGood = (try? verifier.verify(signed, known: [base], at: time)) != nil
            return (isGood ? CurlResponse.role() : .refusal(code, status: status)).dated(time)
        }
    }

    @Test(
        arguments: [
            ("SignatureDoesNotMatch", -7_200), ("RequestTimeTooSkewed", 7_200), ("RequestExpired", 301),
            ("InvalidSignatureException", -301), ("RequestInTheFuture", -86_400),
        ] as [(String, Int64)])
    func signsOnceMoreWithAWSsTime(code: String, ahead: Int64) async throws {
        let transport = service(at: .noon + ahead, refusingWith: code)
        let credentials = try #require(try await result(transport).credentials)
        #expect(transport.requests.count == 2)
        // By AWS's clock, which they will be compared with and the next requests signed with.
        #expect(credentials.expiration == .noon + 3_600)
        #expect(clock.now == .noon + ahead)
        #expect(credentials.sessionToken == "ROLETOKEN")
    }

    @Test(
        arguments: [
            ("AccessDenied", .noon + 7_200, 1),
            ("SignatureDoesNotMatch", .noon + 180, 1), ("SignatureDoesNotMatch", .noon, 1), ("RequestExpired", nil, 1),
            // The second signature is rejected too, as with a wrong secret.
            ("SignatureDoesNotMatch", .noon + 7_200, 2),
        ] as [(String, Timestamp?, Int)])
    func signsNoMoreThanThat(code: String, date: Timestamp?, attempts: Int) async throws {
        let transport = ScriptedTransport(.success(.refusal(code, status: 403).dated(date)))
        await #expect(throws: CredentialsError.self) { try await result(transport) }
        #expect(transport.requests.count == attempts)
    }

    /// The set expires at 13:00 by AWS's clock; this machine's says noon.
    @Test(arguments: [(7_200, 7_200), (-7_200, -7_200), (241, 241), (239, 0), (-239, 0)] as [(Int64, Int64)])
    func learnsFromASuccessToo(ahead: Int64, learned: Int64) async throws {
        let folder = try Folder()
        try folder.write("token", to: "/token")
        let result = CurlResponse.role("AssumeRoleWithWebIdentity").dated(.noon + ahead)
        let provider = WebIdentityProvider(
            environment: [
                "AWS_WEB_IDENTITY_TOKEN_FILE": "/token", "AWS_ROLE_ARN": "arn:r", "AWS_REGION": "eu-west-1",
            ], files: folder.files, transport: ScriptedTransport(.success(result)), clock: clock, pause: { _ in })
        #expect(try await provider.credentials(at: .noon).credentials?.expiration == .noon + 3_600)
        #expect(clock.now == .noon + learned)
    }

    @Test func asksForTheIdentityOnceMore() async {
        let body = "<R><GetCallerIdentityResult><Arn>arn:a</Arn></GetCallerIdentityResult></R>"
        let transport = ScriptedTransport(
            .success(.refusal("SignatureDoesNotMatch", status: 403).dated(.noon + 600)), .success(.text(body)))
        let service = CallerIdentityService(
            environment: ["AWS_REGION": "eu-west-1"], files: FileReader(), transport: transport, clock: clock)
        #expect(await service.identity(of: .number(1), at: .noon) == .known(arn: "arn:a"))
        #expect(transport.requests.count == 2)
        #expect(clock.now == .noon + 600)
    }

    /// A proxy's error page may carry any date.
    @Test func learnsNothingFromOtherErrors() async {
        let transport = ScriptedTransport(.success(.text("<html>", status: 403).dated(.noon + 600)))
        await #expect(throws: CredentialsError.self) { try await result(transport) }
        #expect(clock.now == .noon)
    }
}

extension CurlResponse {
    fileprivate func dated(_ date: Timestamp?) -> CurlResponse {
        let fields = date.map { [(name: "Date", value: $0.httpDate)] } ?? []
        return CurlResponse(status: status, headers: CurlHeaders(fields), body: body)
    }
}
