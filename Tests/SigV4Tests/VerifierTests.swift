import Formats
import SigV4
import Testing

@Suite struct VerifierTests {
    static let time = Timestamp(rfc3339: "2024-02-29T23:58:00Z")!
    static let credentials = Credentials(
        accessKeyID: "ASIAEXAMPLE", secretAccessKey: "secret", sessionToken: "token",
        expiration: Timestamp(rfc3339: "2024-03-01T00:02:00Z"))
    let verifier = Verifier(region: "us-east-1", service: "transcribe")

    /// A signed request as the gateway sends it.
    static func signed(
        by credentials: Credentials = credentials, at time: Timestamp = time, region: String = "us-east-1",
        service: String = "transcribe"
    ) -> SigningRequest {
        var request = SigningRequest(
            method: "POST",
            headers: [
                ("Host", "transcribe.us-east-1.amazonaws.com"), ("Content-Type", "application/x-amz-json-1.1"),
                ("X-Amz-Target", "Transcribe.GetMedicalTranscriptionJob"),
            ], body: Array(#"{"MedicalTranscriptionJobName":"a"}"#.utf8))
        let signer = Signer(region: region, service: service)
        request.headers += signer.headers(for: request, credentials: credentials, at: time)
        return request
    }

    func failure(
        of request: SigningRequest, known: [Credentials] = [credentials], at now: Timestamp = time
    ) -> VerificationError? {
        do throws(VerificationError) {
            try verifier.verify(request, known: known, at: now)
            return nil
        } catch {
            return error
        }
    }

    @Test func returnsTheCredentialsThatSigned() throws {
        let other = Credentials(accessKeyID: "AKIAOTHER", secretAccessKey: "other")
        let known = [other, Self.credentials]
        #expect(try verifier.verify(Self.signed(), known: known, at: Self.time) == Self.credentials)
        #expect(try verifier.verify(Self.signed(by: other), known: known, at: Self.time) == other)
    }

    @Test func ignoresLinesAddedOnTheWay() {
        var request = Self.signed()
        request.headers += [("User-Agent", "a"), ("Content-Length", "35"), ("X-Amzn-Trace-Id", "Root=1")]
        #expect(failure(of: request) == nil)
    }

    @Test(
        arguments: [
            (0, nil), (300_000, nil), (300_001, .signatureExpired), (-300_000, nil),
            (-300_001, .signatureNotYetCurrent),
        ] as [(Int64, VerificationError?)])
    func acceptsFiveMinutesEitherWay(age: Int64, expected: VerificationError?) {
        let permanent = Credentials(accessKeyID: "AKIA", secretAccessKey: "s")
        let now = Self.time.adding(milliseconds: age)
        #expect(failure(of: Self.signed(by: permanent), known: [permanent], at: now) == expected)
    }

    @Test func refusesEveryChangeOfWhatIsSigned() {
        let changes: [(inout SigningRequest) -> Void] = [
            { $0.method = "PUT" }, { $0.target = "/x" }, { $0.target = "/?a=b" }, { $0.body.append(0x20) },
            { $0.headers[0].value += ":443" }, { $0.headers[1].value += "; charset=utf-8" },
            { $0.headers[2].value = "Transcribe.DeleteMedicalTranscriptionJob" },
            { $0.headers.append(("content-type", "text/plain")) },
        ]
        for change in changes {
            var request = Self.signed()
            change(&request)
            #expect(failure(of: request) == .wrongSignature)
        }
    }

    @Test func refusesEveryChangedDigitOfTheSignature() {
        for position in 0..<64 {
            var request = Self.signed()
            var text = Array(request.headers.removeLast().value.utf8)
            let index = text.count - 64 + position
            text[index] = text[index] == UInt8(ascii: "0") ? UInt8(ascii: "1") : UInt8(ascii: "0")
            request.headers.append(("Authorization", String(decoding: text, as: UTF8.self)))
            #expect(failure(of: request) == .wrongSignature)
        }
    }

    @Test(arguments: [
        ("eu-west-1", "transcribe"), ("us-east-1", "s3"), ("us-east-1/transcribe", ""),
    ])
    func refusesAnotherScope(region: String, service: String) {
        #expect(failure(of: Self.signed(region: region, service: service)) == .wrongScope)
    }

    @Test func refusesTheScopeOfAnotherDayThanTheDate() {
        var request = Self.signed()
        request.headers[3].value = "20240301T000000Z"
        #expect(failure(of: request) == .wrongScope)
    }

    @Test func refusesUnknownKeysAndWrongSecrets() {
        let stranger = Credentials(accessKeyID: "ASIASTRANGER", secretAccessKey: "secret", sessionToken: "token")
        let impostor = Credentials(accessKeyID: "ASIAEXAMPLE", secretAccessKey: "guess", sessionToken: "token")
        #expect(failure(of: Self.signed(by: stranger)) == .unknownAccessKey)
        #expect(failure(of: Self.signed(by: impostor)) == .wrongSignature)
        #expect(failure(of: Self.signed(), known: []) == .unknownAccessKey)
    }

    @Test func refusesAWrongMissingOrNeedlessToken() {
        let permanent = Credentials(accessKeyID: "ASIAEXAMPLE", secretAccessKey: "secret")
        let other = Credentials(accessKeyID: "ASIAEXAMPLE", secretAccessKey: "secret", sessionToken: "other")
        #expect(failure(of: Self.signed(by: other)) == .wrongSessionToken)
        #expect(failure(of: Self.signed(by: permanent)) == .wrongSessionToken)
        #expect(failure(of: Self.signed(), known: [permanent]) == .wrongSessionToken)
    }

    @Test func refusesCredentialsFromTheMomentTheyExpire() {
        let end = Self.credentials.expiration!
        #expect(failure(of: Self.signed(), at: end.adding(milliseconds: -1)) == nil)
        #expect(failure(of: Self.signed(), at: end) == .credentialsExpired)
    }
}
