import Formats
import SigV4
import TestSupport
import Testing

/// AWS's test suite, and two cases of botocore that it lacks.
@Suite(.needsVectors)
struct SigningSuiteTests {
    @Test func findsEveryCase() {
        #expect(Vectors.names(in: SuiteCase.folder).count == 38)
    }

    @Test(arguments: Vectors.names(in: SuiteCase.folder))
    func signsAsAWSDoes(name: String) throws {
        let suite = try SuiteCase(name)
        var request = suite.request
        request.headers += suite.linesToSign
        let (signature, headers) = suite.signer.sign(
            request, credentials: suite.signingCredentials, at: try #require(suite.time))
        let canonicalRequest = String(decoding: signature.canonicalRequest.text, as: UTF8.self)
        #expect(canonicalRequest == (try suite.expected("canonical-request")))
        #expect(String(decoding: signature.stringToSign, as: UTF8.self) == (try suite.expected("string-to-sign")))
        #expect(signature.hexadecimal == (try suite.expected("signature")))
        #expect(Self.sorted(request.headers + headers + suite.linesToAdd) == Self.sorted(try signed(suite).headers))
    }

    @Test(arguments: Vectors.names(in: SuiteCase.folder))
    func acceptsWhatAWSSigned(name: String) throws {
        let suite = try SuiteCase(name)
        let verifier = Verifier(
            region: suite.context.region, service: suite.context.service, path: suite.pathRules)
        let request = try signed(suite)
        let time = try #require(suite.time)
        if suite.context.omit_session_token == true {
            #expect(throws: VerificationError.unsignedHeader("x-amz-security-token")) {
                try verifier.verify(request, known: [suite.credentials], at: time)
            }
        } else {
            #expect(try verifier.verify(request, known: [suite.credentials], at: time) == suite.credentials)
        }
    }

    static let extra = "sigv4/v4-extra-botocore"

    @Test func findsEveryExtraCase() {
        #expect(Vectors.names(in: Self.extra).count == 2)
    }

    @Test(arguments: Vectors.names(in: extra))
    func ordersARepeatedParameterByItsValue(name: String) throws {
        let path = "\(Self.extra)/\(name)/\(name)"
        let request = try SigningRequest(suiteText: Vectors.text(path + ".req"))
        let credentials = Credentials(
            accessKeyID: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
        let (signature, headers) = Signer(region: "us-east-1", service: "service").sign(
            request, credentials: credentials, at: try #require(Timestamp(rfc3339: "2015-08-30T12:36:00Z")))
        #expect(String(decoding: signature.canonicalRequest.text, as: UTF8.self) == (try Vectors.text(path + ".creq")))
        #expect(String(decoding: signature.stringToSign, as: UTF8.self) == (try Vectors.text(path + ".sts")))
        #expect(headers.last?.value == (try Vectors.text(path + ".authz")))
    }

    private func signed(_ suite: SuiteCase) throws -> SigningRequest {
        try SigningRequest(suiteText: suite.expected("signed-request"))
    }

    private static func sorted(_ headers: [(name: String, value: String)]) -> [String] {
        headers.map { "\($0.name.lowercased()):\($0.value)" }.sorted()
    }
}
