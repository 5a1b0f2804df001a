public import Curl
public import SigV4

/// Why ``TranscribeClient`` has no job to give. No case holds any text of AWS's but its error code and request id.
public enum TranscribeError: Error, Equatable, Sendable {
    /// AWS knows no job of this name.
    case jobNotFound(ResponseOrigin)
    /// AWS's own validation refuses the name.
    case invalidRequest(ResponseOrigin)
    /// Any other `BadRequestException`.
    case badRequest(ResponseOrigin)
    /// AWS is asked too often; `retryAfter` is its advice, if it gave any.
    case throttled(ResponseOrigin, retryAfter: Duration?)
    /// The credentials are good but lack a permission (`transcribe:GetMedicalTranscriptionJob`).
    case accessDenied(ResponseOrigin)
    /// AWS takes neither the credentials nor, where that could help, fresh ones or a corrected clock.
    case credentialsRejected(ResponseOrigin)
    /// There was nothing to sign with, so AWS was not asked.
    case credentialsUnavailable(CredentialsUnavailable)
    /// AWS failed, or answered with an error that means nothing here.
    case upstreamFailed(ResponseOrigin)
    /// An answer that is not of the form AWS documents; nil where not even a status could be read.
    case malformedResponse(MalformedResponse, ResponseOrigin?)
    /// No whole answer: not resolved, refused, reset, cut off, or no secure connection.
    case unreachable(CurlError)
    /// No answer in time.
    case timedOut
    /// The time was over before AWS was asked: the credentials came too late, or nothing here was quick enough.
    case outOfTime
    /// The task that asked was cancelled.
    case cancelled
}

extension TranscribeError {
    /// The answer behind this error, if there was one.
    public var origin: ResponseOrigin? {
        switch self {
        case .jobNotFound(let origin), .invalidRequest(let origin), .badRequest(let origin),
            .throttled(let origin, retryAfter: _), .accessDenied(let origin), .credentialsRejected(let origin),
            .upstreamFailed(let origin):
            origin
        case .malformedResponse(_, let origin): origin
        case .credentialsUnavailable, .unreachable, .timedOut, .outOfTime, .cancelled: nil
        }
    }

    /// AWS's name for the request that failed.
    public var awsRequestID: String? { origin?.requestID }
}

/// Why one attempt brought no job.
enum AttemptError: Error, Sendable {
    case service(ServiceError)
    case malformed(MalformedResponse, ResponseOrigin?)
    case transport(CurlError)
    case noCredentials(CredentialsUnavailable)

    /// What a call says that ends with this failure.
    var error: TranscribeError {
        switch self {
        case .service(let refusal): refusal.error
        case .malformed(let fault, let origin): .malformedResponse(fault, origin)
        case .transport(.timedOut(.queued)): .outOfTime
        case .transport(.timedOut): .timedOut
        case .transport(.cancelled): .cancelled
        case .transport(.responseTooLarge): .malformedResponse(.tooLarge, nil)
        case .transport(.malformedResponse): .malformedResponse(.notPlainHTTP, nil)
        case .transport(let error): .unreachable(error)
        case .noCredentials(let reason): .credentialsUnavailable(reason)
        }
    }
}
