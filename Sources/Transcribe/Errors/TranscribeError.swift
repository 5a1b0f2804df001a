public import Curl
public import SigV4

/// Why ``TranscribeClient`` returns no job. Of AWS's texts, a case holds only the error code and the request ID.
public enum TranscribeError: Error, Equatable, Sendable {
    /// AWS knows no job of this name.
    case jobNotFound(ResponseOrigin)
    /// AWS's own validation refuses the name.
    case invalidRequest(ResponseOrigin)
    /// Any other `BadRequestException`.
    case badRequest(ResponseOrigin)
    /// AWS limits the rate of requests; `retryAfter` is how long it asks to wait, if it says so.
    case throttled(ResponseOrigin, retryAfter: Duration?)
    /// The credentials are good but lack a permission (`transcribe:GetMedicalTranscriptionJob`).
    case accessDenied(ResponseOrigin)
    /// AWS rejects the credentials, also after a refresh or a correction of the clock where that could help.
    case credentialsRejected(ResponseOrigin)
    /// There were no credentials to sign with, so no request was sent.
    case credentialsUnavailable(CredentialsUnavailable)
    /// AWS failed, or responded with an error that this client does not know.
    case upstreamFailed(ResponseOrigin)
    /// A response that does not have the form AWS documents. The origin is nil if not even a status could be read.
    case malformedResponse(MalformedResponse, ResponseOrigin?)
    /// No whole response: the name was not resolved, or the connection was refused, reset, cut off or not secure.
    case unreachable(CurlError)
    /// No response before the deadline.
    case timedOut
    /// The deadline passed before a request was sent: the credentials came too late, or this machine was too slow.
    case outOfTime
    /// The calling task was cancelled.
    case cancelled
}

extension TranscribeError {
    /// The response that caused this error, if there was one.
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

    /// AWS's ID of the request that failed.
    public var awsRequestID: String? { origin?.requestID }
}

/// Why one attempt brought no job. The client retries, or ends the call with ``error``.
enum AttemptError: Error, Sendable {
    case service(ServiceError)
    case malformed(MalformedResponse, ResponseOrigin?)
    case transport(CurlError)
    case noCredentials(CredentialsUnavailable)

    /// The error of a call that ends with this attempt.
    var error: TranscribeError {
        switch self {
        case .service(let error): error.error
        case .malformed(let error, let origin): .malformedResponse(error, origin)
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
