/// The errors in plain words, without anything of the request or the answer: both can hold what must not be logged.
extension CurlError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .timedOut(let phase): "no answer in time, \(phase)"
        case .couldNotResolve: "the host name could not be resolved"
        case .couldNotConnect: "the connection could not be made"
        case .tlsFailed(let failure): "TLS failed: \(failure)"
        case .closedEarly: "the connection was closed before the answer was complete"
        case .answerTooLarge(let limit): "the answer exceeds \(limit) bytes"
        case .malformedAnswer: "the answer is not well-formed"
        case .unsupportedURL: "the URL is not an absolute http or https URL"
        case .malformedRequest(let part): "the request cannot be sent: \(part)"
        case .cancelled: "the request was cancelled"
        case .shutDown: "the client was shut down"
        case .other(let code): "the transfer failed with libcurl's code \(code)"
        }
    }
}

extension CurlError.Phase: CustomStringConvertible {
    public var description: String {
        switch self {
        case .waiting: "waiting for other transfers"
        case .connecting: "while connecting"
        case .answering: "after the request was sent"
        }
    }
}

extension CurlError.TLSFailure: CustomStringConvertible {
    public var description: String {
        switch self {
        case .expiredCertificate: "the certificate has expired"
        case .untrustedCertificate: "the certificate is not signed by a trusted authority"
        case .wrongHost: "the certificate belongs to another host"
        case .handshake: "the handshake broke off"
        case .unreadableAuthorities: "the file of trusted authorities cannot be read"
        }
    }
}

extension CurlError.RequestPart: CustomStringConvertible {
    public var description: String {
        switch self {
        case .method: "its method is not a token"
        case .headerName: "a header name is not a token, or is the client's to write"
        case .headerValue: "a header value has a control character"
        }
    }
}
