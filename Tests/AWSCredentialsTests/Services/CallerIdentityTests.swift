import AWSCredentials
import Curl
import Testing
import UpstreamTestSupport

@Suite struct CallerIdentityTests {
    private let environment = ["AWS_REGION": "eu-west-1"]

    private func identity(
        _ environment: [String: String], through transport: some Transport
    ) async -> CallerIdentity {
        let service = CallerIdentityService(
            environment: environment, files: FileReader(), transport: transport, clock: .noon)
        return await service.identity(of: .number(1), at: .noon)
    }

    private func response(_ status: Int, _ body: String) -> ScriptedTransport {
        ScriptedTransport { _ in CurlResponse(status: status, body: Array(body.utf8)) }
    }

    @Test func asksTheRegionsServiceWithASignature() async {
        let transport = response(
            200,
            """
            <GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
            <Arn>arn:aws:sts::123456789012:assumed-role/ward/i-1</Arn>
            <UserId>A:i-1</UserId><Account>123456789012</Account>
            </GetCallerIdentityResult></GetCallerIdentityResponse>
            """)
        #expect(
            await identity(environment, through: transport)
                == .known(arn: "arn:aws:sts::123456789012:assumed-role/ward/i-1"))
        let request = transport.requests[0]
        #expect((request.method, request.url) == ("POST", "https://sts.eu-west-1.amazonaws.com/"))
        #expect(String(decoding: request.body, as: UTF8.self) == "Action=GetCallerIdentity&Version=2011-06-15")
        let signature = request.headers.first { $0.name.lowercased() == "authorization" }?.value ?? ""
        #expect(signature.contains("Credential=AKID1/20261124/eu-west-1/sts/aws4_request"))
    }

    @Test(arguments: [
        ("InvalidClientTokenId", true), ("ExpiredToken", true), ("SignatureDoesNotMatch", true),
        ("AccessDenied", false), ("RegionDisabledException", false), ("HUSH HUSH", false),
    ])
    func tellsARejectionOfTheCredentialsFromOtherErrors(code: String, isRejection: Bool) async {
        let body =
            "<ErrorResponse><Error><Code>\(code)</Code><Message>HUSH</Message></Error></ErrorResponse>"
        let unknown = CallerIdentity.unknown(reason: "AWS STS at sts.eu-west-1.amazonaws.com answered with status 403")
        #expect(
            await identity(environment, through: response(403, body)) == (isRejection ? .rejected(code: code) : unknown)
        )
    }

    @Test(arguments: [(200, "HUSH"), (500, ""), (404, "<html/>")])
    func learnsNothingFromOtherResponses(status: Int, body: String) async {
        guard case .unknown(let reason) = await identity(environment, through: response(status, body)) else {
            Issue.record("learned something")
            return
        }
        #expect(!reason.contains("HUSH"))
    }

    @Test func saysWhyAWSCouldNotBeAsked() async {
        let gone = ScriptedTransport { _ throws(CurlError) in throw .couldNotConnect }
        let reason = "AWS STS at sts.eu-west-1.amazonaws.com cannot be asked: the connection could not be made"
        #expect(await identity(environment, through: gone) == .unknown(reason: reason))
        guard case .unknown(let setting) = await identity([:], through: gone) else { return }
        #expect(setting.hasPrefix("AWS_REGION must be"))
    }
}
