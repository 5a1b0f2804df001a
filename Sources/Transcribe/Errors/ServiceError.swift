import Curl
import Expat
import Formats
import FoundationEssentials

/// An error response of AWS, or of a proxy in front of it (awsJson 1.1, "Operation error serialization").
struct ServiceError: Error, Hashable, Sendable {
    let origin: ResponseOrigin
    /// AWS's text. It decides what an error means, but is never shown or logged, because it can repeat the request.
    let message: String?
    /// How long AWS asks to wait before another attempt.
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
        /// The session has expired or the key was deleted: other credentials may work.
        case credentialsRejected
        /// The signature, or its time, is wrong: the clock may be wrong, or else the secret is.
        case signatureRejected
        case accessDenied
        /// Another attempt may succeed.
        case transient
        /// Another attempt would fail too.
        case failed
    }

    /// The meaning by the code. The status decides only if there is no code, or none that is known.
    var kind: Kind {
        guard let code = origin.code else { return kindByStatus }
        if code.text == "BadRequestException" { return kindOfBadRequest }
        return Kind(code) ?? kindByStatus
    }

    private var kindByStatus: Kind {
        switch origin.status {
        // AWS gives a code with every denial. Without one something on the way refused the request, such as a proxy.
        case 401, 403: origin.code == nil ? .failed : .accessDenied
        case 408, 500, 502, 503, 504: .transient
        case 429: .throttled
        default: .failed
        }
    }

    /// Transcribe sends `BadRequestException` for an unknown job, for invalid input and for other errors. Only the text
    /// tells them apart. The text about invalid input quotes the input, so it is checked first.
    private var kindOfBadRequest: Kind {
        let text = (message ?? "").utf8.map(\.lowercased).replacing("’".utf8, with: "'".utf8)
        if text.contains("validation error".utf8) && text.contains("detected".utf8) { return .invalidRequest }
        return Self.absences.contains { text.contains($0.utf8) } ? .jobNotFound : .badRequest
    }

    private static let absences = [
        "couldn't be found", "could not be found", "not found", "doesn't exist", "does not exist",
    ]
}

extension ServiceError.Kind {
    /// The meaning of a known code: AWS's common errors, and the codes that its SDKs retry (botocore
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
        // Bugs of this client. Their statuses would mean something else.
        case "MissingAuthenticationToken", "MissingAuthenticationTokenException", "IncompleteSignature",
            "IncompleteSignatureException", "UnknownOperationException", "ValidationError", "SerializationException",
            "MalformedHttpRequestException", "RequestAbortedException", "RequestEntityTooLargeException":
            self = .failed
        default:
            return nil
        }
    }
}

// What follows from each kind: the error of the call, and what to do before another attempt.

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

/// The body of an error response: JSON, or the XML of the layers that some endpoints have in front. Reading never fails: HTML
/// of a proxy, an empty body and members of the wrong type all count as absent.
struct ErrorBody: Decodable {
    /// `code`, then `__type`, of the top level only: a nested `__type` does not name the error.
    var codes: [String] = []
    var message: String?

    init(reading body: [UInt8]) {
        guard body.trimming({ $0.isBlank || $0.isLineBreak }).first != UInt8(ascii: "<") else {
            codes = [(try? XMLElement.root(of: body))?.awsErrorCode].compactMap(\.self)
            return
        }
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
        /// Used by Transcribe's own errors. The layers in front of Transcribe use `message`.
        case capitalMessage = "Message"
        case errorMessage
    }
}

/// The code of an AWS error, such as `BadRequestException`. It decides what an error means; the HTTP status of an awsJson
/// service does not.
///
/// A code is 1 to 100 letters, digits, `.`, `_` and `-`, so it can be logged and shown as it is.
public struct ErrorCode: Hashable, Sendable {
    public let text: String

    /// Reads a code as AWS sends it, in one of the forms `Foo`, `Foo:http://…`, `namespace#Foo` and
    /// `namespace#Foo:http://…` (awsJson 1.1, "Operation error serialization"). Nil if there is no code.
    public init?(wire: String) {
        let withoutURI = wire.utf8.prefix { $0 != UInt8(ascii: ":") }
        let namespaceEnd = withoutURI.firstIndex(of: UInt8(ascii: "#"))
        let name = namespaceEnd.map { withoutURI[withoutURI.index(after: $0)...] } ?? withoutURI
        text = String(decoding: name, as: UTF8.self)
        guard text.isName(maximumLength: 100) else { return nil }
    }
}

extension ErrorCode: CustomStringConvertible {
    /// The code, so that a message in which it stands shows it and not this type.
    public var description: String { text }
}
