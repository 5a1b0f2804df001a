import SigV4
import Testing

@Suite struct VerifierHeaderTests {
    private func failure(_ change: (inout SigningRequest) -> Void) -> VerificationError? {
        var request = VerifierTests.signed()
        change(&request)
        return VerifierTests().failure(of: request)
    }

    private func failureOfAuthorization(_ change: (String) -> String) -> VerificationError? {
        failure { $0.headers[$0.headers.count - 1].value = change($0.headers.last!.value) }
    }

    @Test func refusesAMissingOrSecondAuthorization() {
        #expect(failure { $0.headers.removeLast() } == .missingAuthorization)
        #expect(failure { $0.headers.append($0.headers.last!) } == .missingAuthorization)
    }

    @Test(arguments: [
        "", "AWS4-HMAC-SHA256", "AWS4-HMAC-SHA256 ", "Basic YTpi",
        "AWS4-HMAC-SHA1 Credential=A/d/r/s/aws4_request, SignedHeaders=host, Signature=$",
        "AWS4-HMAC-SHA256 Credential=A/d/r/s/aws4_request, SignedHeaders=host",
        "AWS4-HMAC-SHA256 Credential=A/d/r/s/aws4_request, SignedHeaders=host, Signature=$, More=1",
        "AWS4-HMAC-SHA256 Credential=A/d/r/s/aws4_request, SignedHeaders=host, Signature=$, Signature=$",
        "AWS4-HMAC-SHA256 Credential=A/d/r/s/aws4_request, SignedHeaders=host, Other=$",
        "AWS4-HMAC-SHA256 Credential=/d/r/s/aws4_request, SignedHeaders=host, Signature=$",
        "AWS4-HMAC-SHA256 Credential=A, SignedHeaders=host, Signature=$",
        "AWS4-HMAC-SHA256 Credential=A/d/r/s/aws4_request, SignedHeaders=, Signature=$",
        "AWS4-HMAC-SHA256 Credential=A/d/r/s/aws4_request, SignedHeaders=host;, Signature=$",
        "AWS4-HMAC-SHA256 Credential=A/d/r/s/aws4_request, SignedHeaders=Host, Signature=$",
        "AWS4-HMAC-SHA256 Credential=A/d/r/s/aws4_request, SignedHeaders=host;host, Signature=$",
        "AWS4-HMAC-SHA256 Credential=A/d/r/s/aws4_request, SignedHeaders=x-amz-date;host, Signature=$",
        "AWS4-HMAC-SHA256 Credential=A/d/r/s/aws4_request, SignedHeaders=host, Signature=00",
        "AWS4-HMAC-SHA256 Credential=A/d/r/s/aws4_request, SignedHeaders=host, Signature=$0",
        "AWS4-HMAC-SHA256 Credential=A/d/r/s/aws4_request,, SignedHeaders=host, Signature=$",
        "AWS4-HMAC-SHA256 Credential=A/d/r/s/aws4_request SignedHeaders=host Signature=$",
    ])
    func refusesAMalformedAuthorization(text: String) {
        let signature = String(repeating: "0a", count: 32)
        let text = text.split(separator: "$", omittingEmptySubsequences: false).joined(separator: signature)
        #expect(failureOfAuthorization { _ in text } == .malformedAuthorization)
    }

    @Test func readsThePartsInAnyOrderAndSpacing() {
        #expect(
            failureOfAuthorization { text in
                let parts = text.dropFirst("AWS4-HMAC-SHA256 ".count).split(separator: ", ")
                return "AWS4-HMAC-SHA256   " + parts.reversed().joined(separator: ",")
            } == nil)
    }

    @Test(arguments: ["20240229T235800", "2024-02-29T23:58:00Z", "Thu, 29 Feb 2024 23:58:00 GMT", ""])
    func refusesAMalformedDate(text: String) {
        #expect(failure { $0.headers[3].value = text } == .malformedDate)
    }

    @Test func refusesAMissingOrSecondDate() {
        #expect(failure { $0.headers.remove(at: 3) } == .malformedDate)
        #expect(failure { $0.headers.append(("x-amz-date", "20240229T235800Z")) } == .malformedDate)
    }

    @Test func wantsHostAndEveryAmazonLineSigned() {
        #expect(failure { $0.headers.append(("X-Amz-Meta", "1")) } == .unsignedHeader("x-amz-meta"))
        for name in ["host", "x-amz-date", "x-amz-security-token", "x-amz-target"] {
            let failure = failureOfAuthorization { text in
                text.replacing("\(name);", with: "").replacing(";\(name)", with: "")
            }
            #expect(failure == .unsignedHeader(name))
        }
    }

    @Test func wantsEverySignedLineSent() {
        #expect(failure { $0.headers.remove(at: 1) } == .missingSignedHeader("content-type"))
        #expect(failure { $0.headers.remove(at: 0) } == .missingSignedHeader("host"))
    }

    @Test func wantsTheTrueHashOfTheBodyIfOneIsSent() {
        let hash = "230d8358dc8e8890b4c58deeb62912ee2f20357ae92a5cc861b98e68fe31acb5"  // of `body`, by sha256sum
        var request = SigningRequest(
            method: "POST", headers: [("Host", "h"), ("X-Amz-Content-SHA256", hash)], body: Array("body".utf8))
        request.headers += Signer(region: "us-east-1", service: "transcribe")
            .headers(for: request, credentials: VerifierTests.credentials, at: VerifierTests.time)
        #expect(VerifierTests().failure(of: request) == nil)
        request.body = Array("other".utf8)
        #expect(VerifierTests().failure(of: request) == .wrongBodyHash)
    }
}
