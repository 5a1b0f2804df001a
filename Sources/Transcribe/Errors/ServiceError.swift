import Curl
import Formats
import FoundationEssentials

/// An error that AWS, or something in its place, answered with (awsJson 1.1, "Operation error serialization").
struct ServiceError: Error, Hashable, Sendable {
    let origin: ResponseOrigin
    /// AWS's text. It decides what an error means, but is never shown or logged: it can repeat what was sent.
    let message: String?
    /// How long AWS asks to wait before the next attempt.
    let advisedDelay: Duration?

    init(_ response: CurlResponse) {
        let body = ErrorBody(reading: response.body)
        let codes = [response.headers["X-Amzn-Errortype"]].compactMap(\.self) + body.codes
        origin = ResponseOrigin(
            status: response.status, code: codes.lazy.compactMap(ErrorCode.init(wire:)).first,
            requestID: response.requestID)
        message = body.message
        advisedDelay = Self.advisedDelay(response)
    }

    /// `x-amz-retry-after` in milliseconds, else `Retry-After` in seconds (RFC 9110 §10.2.3, whose form as a date is not
    /// worth reading for waits of seconds). What is not a whole number of at least 0 is ignored.
    private static func advisedDelay(_ response: CurlResponse) -> Duration? {
        func wholeNumber(_ name: String) -> Int64? {
            response.headers[name].flatMap { Int64($0) }.flatMap { $0 < 0 ? nil : $0 }
        }
        return wholeNumber("x-amz-retry-after").map(Duration.milliseconds)
            ?? wholeNumber("Retry-After").map(Duration.seconds)
    }
}

extension ServiceError {
    /// What an error means for the call.
    enum Kind: Hashable, Sendable {
        case jobNotFound
        /// AWS's own check of the input failed.
        case invalidRequest
        /// Any other `BadRequestException`.
        case badRequest
        case throttled
        /// The session has ended or the key was withdrawn: fresh credentials may do.
        case credentialsRejected
        /// The signature is wrong or not of this time: the clock may be, else the secret.
        case signatureRejected
        case accessDenied
        /// May be gone at the next attempt.
        case transient
        /// Would be the same at every attempt.
        case failed
    }

    /// The meaning by the code; the status counts only where the code is absent or says nothing.
    var kind: Kind {
        guard let code = origin.code else { return kindByStatus }
        if code.text == "BadRequestException" { return kindOfBadRequest }
        return Kind(code) ?? kindByStatus
    }

    private var kindByStatus: Kind {
        switch origin.status {
        case 401, 403: .accessDenied
        case 408, 500, 502, 503, 504: .transient
        case 429: .throttled
        default: .failed
        }
    }

    /// Transcribe answers `BadRequestException` to an unknown job, to invalid input and to whatever else; only the text
    /// tells them apart. (The text about invalid input quotes the input, so it is looked for first.)
    private var kindOfBadRequest: Kind {
        let text = (message ?? "").lowercased().replacing("’", with: "'")
        if text.contains("validation error") && text.contains("detected") { return .invalidRequest }
        return Self.absences.contains(where: text.contains) ? .jobNotFound : .badRequest
    }

    private static let absences = [
        "couldn't be found", "could not be found", "not found", "doesn't exist", "does not exist",
    ]
}

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

// What follows from each kind: the error that the call ends with, and what could make another attempt succeed.

extension ServiceError {
    var error: TranscribeError {
        switch kind {
        case .jobNotFound: .jobNotFound(origin)
        case .invalidRequest: .invalidRequest(origin)
        case .badRequest: .badRequest(origin)
        case .throttled: .throttled(origin, retryAfter: advisedDelay)
        case .credentialsRejected, .signatureRejected: .credentialsRejected(origin)
        case .accessDenied: .accessDenied(origin)
        case .transient, .failed: .upstreamFailed(origin)
        }
    }

    var retryAction: RetryAction {
        switch kind {
        case .throttled: .wait(.throttling, advised: advisedDelay)
        case .transient: .wait(.transient, advised: advisedDelay)
        case .credentialsRejected: .replaceCredentials
        case .signatureRejected: .correctClock
        case .jobNotFound, .invalidRequest, .badRequest, .accessDenied, .failed: .none
        }
    }
}

/// What can be read of the body of an error. Nothing in it can fail: a proxy's HTML, XML, an empty body and members of
/// the wrong type all read as absent.
struct ErrorBody: Decodable {
    /// `code`, then `__type`: of the top level only, a nested `__type` belongs to something else.
    var codes: [String] = []
    var message: String?

    init(reading body: [UInt8]) {
        self = (try? JSONDecoder().decode(ErrorBody.self, from: Data(body))) ?? ErrorBody()
    }

    init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        func text(_ key: CodingKeys) -> String? { try? members.decode(String.self, forKey: key) }
        codes = [text(.code), text(.type)].compactMap(\.self)
        message = text(.message) ?? text(.capitalMessage) ?? text(.errorMessage)
    }

    private init() {}

    private enum CodingKeys: String, CodingKey {
        case code
        case type = "__type"
        case message
        /// What Transcribe's own errors use; those of the layers in front of it use `message`.
        case capitalMessage = "Message"
        case errorMessage
    }
}

/// The code of an AWS error, such as `BadRequestException`: what decides what an error means (the HTTP status of an
/// awsJson service does not).
///
/// Only letters, digits, `.`, `_` and `-`, at most 100 of them, make a code; so one can be logged and shown as it is.
public struct ErrorCode: Hashable, Sendable {
    public let text: String

    /// Reads a code as AWS sends it, in one of the forms `Foo`, `Foo:http://…`, `namespace#Foo` and
    /// `namespace#Foo:http://…` (awsJson 1.1, "Operation error serialization"). Nil if nothing of a code is there.
    public init?(wire: String) {
        let withoutURI = wire.prefix { $0 != ":" }
        let name = withoutURI.firstIndex(of: "#").map { withoutURI[withoutURI.index(after: $0)...] } ?? withoutURI
        text = String(name)
        guard text.isName(maximumLength: 100) else { return nil }
    }
}
