extension ServiceError.Kind {
    /// The meaning of a code that has one of its own: AWS's common errors, and the codes that its SDKs retry (botocore
    /// `retries/standard.py`, the same in the others).
    init?(_ code: ErrorCode) {
        switch code.text {
        case "NotFoundException":
            self = .jobNotFound
        case "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottledException",
            "TooManyRequestsException", "ProvisionedThroughputExceededException", "TransactionInProgressException",
            "RequestLimitExceeded", "BandwidthLimitExceeded", "LimitExceededException", "RequestThrottled", "SlowDown",
            "PriorRequestNotComplete", "EC2ThrottledException":
            self = .throttled
        case "ExpiredTokenException", "ExpiredToken", "UnrecognizedClientException", "UnrecognizedClient",
            "InvalidClientTokenId":
            self = .credentialsRejected
        case "AuthFailure", "InvalidSignatureException", "RequestExpired", "RequestInTheFuture",
            "RequestTimeTooSkewed", "SignatureDoesNotMatch":
            self = .signatureRejected
        case "AccessDeniedException", "AccessDenied", "OptInRequired", "NotAuthorized":
            self = .accessDenied
        case "RequestTimeout", "RequestTimeoutException", "InternalFailure", "InternalFailureException",
            "InternalServerError", "ServiceUnavailable", "ServiceUnavailableException":
            self = .transient
        // Mistakes of this client, under statuses that would mean something else.
        case "MissingAuthenticationToken", "MissingAuthenticationTokenException", "IncompleteSignature",
            "IncompleteSignatureException", "UnknownOperationException", "ValidationError", "SerializationException",
            "MalformedHttpRequestException", "RequestAbortedException", "RequestEntityTooLargeException":
            self = .failed
        default:
            return nil
        }
    }
}
