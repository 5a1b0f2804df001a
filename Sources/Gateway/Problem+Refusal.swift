import HTTPExchange
import HTTPTypes

extension Problem {
    /// The words for what the server refuses before any route is looked at.
    init(_ refusal: Refusal) {
        switch refusal {
        case .malformed(let reason):
            self.init(.malformedRequest, .badRequest, "The request breaks a rule of HTTP/1.1: \(reason).")
        case .targetTooLong(let limit):
            self.init(.targetTooLong, .uriTooLong, "The path and query may have \(limit) bytes.")
        case .tooManyFields(let limit):
            self.init(
                .tooManyHeaderFields, .requestHeaderFieldsTooLarge, "A request may have \(limit) header fields.")
        case .bodyNotAllowed:
            self.init(
                .contentNotAllowed, .badRequest, "GET and HEAD take no content here. Send the request without it.")
        case .bodyTooLarge(let limit):
            self.init(.contentTooLarge, .contentTooLarge, "The content may have \(limit) bytes.")
        case .unknownTransferCoding:
            self.init(.unsupportedFeature, .notImplemented, "The only transfer coding known here is 'chunked'.")
        case .unknownExpectation:
            self.init(.unsupportedFeature, .expectationFailed, "The only expectation known here is '100-continue'.")
        }
    }
}
