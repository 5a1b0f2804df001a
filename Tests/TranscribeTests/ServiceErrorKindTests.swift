import Curl
import Testing

@testable import Transcribe

@Suite struct ServiceErrorKindTests {
    @Test(arguments: [
        "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottledException",
        "TooManyRequestsException", "ProvisionedThroughputExceededException", "TransactionInProgressException",
        "RequestLimitExceeded", "BandwidthLimitExceeded", "LimitExceededException", "RequestThrottled", "SlowDown",
        "PriorRequestNotComplete", "EC2ThrottledException",
    ])
    func throttlesByCodeUnderAnyStatus(code: String) {
        for status in [400, 403, 429, 500, 503] { #expect(kind(status, code) == .throttled) }
    }

    @Test(arguments: [
        ("NotFoundException", ServiceError.Kind.jobNotFound),
        ("ExpiredToken", .credentialsRejected), ("ExpiredTokenException", .credentialsRejected),
        ("UnrecognizedClientException", .credentialsRejected), ("InvalidClientTokenId", .credentialsRejected),
        ("SignatureDoesNotMatch", .signatureRejected), ("InvalidSignatureException", .signatureRejected),
        ("RequestExpired", .signatureRejected), ("RequestTimeTooSkewed", .signatureRejected),
        ("RequestInTheFuture", .signatureRejected), ("AuthFailure", .signatureRejected),
        ("AccessDeniedException", .accessDenied), ("OptInRequired", .accessDenied), ("NotAuthorized", .accessDenied),
        ("InternalFailureException", .transient), ("InternalFailure", .transient), ("RequestTimeout", .transient),
        ("ServiceUnavailableException", .transient), ("MissingAuthenticationToken", .failed),
        ("IncompleteSignatureException", .failed), ("UnknownOperationException", .failed),
        ("SerializationException", .failed), ("RequestEntityTooLargeException", .failed),
    ])
    func decidesByCodeUnderAnyStatus(code: String, kind: ServiceError.Kind) {
        for status in [400, 403, 404, 500] { #expect(self.kind(status, code) == kind) }
    }

    @Test(arguments: [
        (400, ServiceError.Kind.failed), (404, .failed),
        (408, .transient), (429, .throttled), (500, .transient), (501, .failed), (502, .transient),
        (503, .transient), (504, .transient),
    ])
    func decidesByStatusWithoutAKnownCode(status: Int, kind: ServiceError.Kind) {
        #expect(self.kind(status, nil) == kind)
        #expect(self.kind(status, "UnknownToThisClientException") == kind)
    }

    /// A denial of AWS's has a code, that of a proxy on the way has none.
    @Test(arguments: [401, 403]) func takesADenialForOneOfAWSOnlyIfItHasACode(status: Int) {
        #expect(kind(status, "UnknownToThisClientException") == .accessDenied)
        for body in ["", "<html>denied</html>", "<html><p>not closed", "<error><message>no</message></error>", "{}"] {
            let response = CurlResponse(status: status, body: Array(body.utf8))
            #expect(ServiceError(response).kind == .failed, "\(body)")
        }
    }

    /// As moto, S3 and older services have them; moto sends `text/html`.
    @Test(arguments: [
        ("SignatureDoesNotMatch", ServiceError.Kind.signatureRejected), ("InvalidClientTokenId", .credentialsRejected),
        ("AccessDenied", .accessDenied), ("ExpiredToken", .credentialsRejected), ("RequestExpired", .signatureRejected),
    ])
    func readsTheCodeOfXML(code: String, kind: ServiceError.Kind) {
        let error = "<Error><Code>\(code)</Code><Message>x</Message></Error>"
        for body in [
            "<ErrorResponse><Errors>\(error)</Errors></ErrorResponse>", "<ErrorResponse>\(error)</ErrorResponse>",
            "<Response><Errors>\(error)</Errors></Response>", "<?xml version=\"1.0\"?>\n" + error, " \r\n" + error,
        ] {
            let fields = CurlHeaders([("Content-Type", "text/html; charset=utf-8")])
            let error = ServiceError(CurlResponse(status: 403, headers: fields, body: Array(body.utf8)))
            #expect(error.kind == kind, "\(body)")
            #expect(error.origin.code?.text == code)
        }
    }

    @Test func printsItsOriginInPlainWords() {
        let origin = ResponseOrigin(status: 403, code: ErrorCode(wire: "ns#Foo:x"), requestID: "id-1")
        #expect("\(origin)" == "status 403, Foo, request id-1")
        #expect("\(ResponseOrigin(status: 500))" == "status 500")
        #expect("\(TranscribeError.upstreamFailed(origin))" == "upstreamFailed(status 403, Foo, request id-1)")
    }

    private func kind(_ status: Int, _ code: String?) -> ServiceError.Kind {
        let fields = code.map { [(name: "x-amzn-ErrorType", value: $0)] } ?? []
        return ServiceError(CurlResponse(status: status, headers: CurlHeaders(fields))).kind
    }
}
