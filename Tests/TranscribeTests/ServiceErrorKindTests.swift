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
        (400, ServiceError.Kind.failed), (401, .accessDenied), (403, .accessDenied), (404, .failed),
        (408, .transient), (429, .throttled), (500, .transient), (501, .failed), (502, .transient),
        (503, .transient), (504, .transient),
    ])
    func decidesByStatusWithoutAKnownCode(status: Int, kind: ServiceError.Kind) {
        #expect(self.kind(status, nil) == kind)
        #expect(self.kind(status, "UnknownToThisClientException") == kind)
    }

    /// moto's answers to a wrong secret, an unknown key and a missing policy: XML under `text/html`.
    @Test(arguments: ["SignatureDoesNotMatch", "InvalidClientTokenId", "AccessDenied"])
    func takesXMLUnder403ForAccessDenied(code: String) {
        let body = "<ErrorResponse><Errors><Error><Code>\(code)</Code></Error></Errors></ErrorResponse>"
        let response = CurlResponse(
            status: 403, headers: CurlHeaders([("Content-Type", "text/html; charset=utf-8")]), body: Array(body.utf8))
        #expect(ServiceError(response).kind == .accessDenied)
    }

    private func kind(_ status: Int, _ code: String?) -> ServiceError.Kind {
        let fields = code.map { [(name: "x-amzn-ErrorType", value: $0)] } ?? []
        return ServiceError(CurlResponse(status: status, headers: CurlHeaders(fields))).kind
    }
}
