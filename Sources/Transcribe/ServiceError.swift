import Curl

/// An error that AWS, or something in its place, answered with (awsJson 1.1, "Operation error serialization").
struct ServiceError: Error, Hashable, Sendable {
    let origin: AnswerOrigin
    /// AWS's text. It decides what an error means, but is never shown or logged: it can repeat what was sent.
    let message: String?
    /// How long AWS asks to wait before the next attempt.
    let advisedDelay: Duration?

    init(_ response: CurlResponse) {
        let body = ErrorBody(reading: response.body)
        let codes = [response.headers["X-Amzn-Errortype"]].compactMap(\.self) + body.codes
        origin = AnswerOrigin(
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
