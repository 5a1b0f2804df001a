import Threads

/// Why a request got no response. A response of any status is no error.
public enum CurlError: Error, Sendable, Equatable {
    /// The deadline passed, or the time limit for connecting.
    case timedOut(Phase)
    /// The name of the host has no address.
    case couldNotResolve
    /// The name of the proxy has no address.
    case couldNotResolveProxy
    /// No address accepted a connection.
    case couldNotConnect
    /// There is no way to the host's addresses: this machine's network may not be up yet.
    case noRoute
    /// The proxy opens no tunnel to the host, or asks for a password. The status is the proxy's (RFC 9110 §9.3.6).
    case proxyRefused(status: Int)
    case tlsFailed(TLSFailure)
    /// The connection ended before the response did: a reset, a truncated head, a truncated body, a broken chunk.
    case closedEarly
    /// The content or the header of the response has more than this many bytes.
    case responseTooLarge(limit: Int)
    /// Not HTTP/1, or encoded although the request accepts no encoding.
    case malformedResponse
    /// Not an absolute `http:` or `https:` URL, or one with a user name.
    case unsupportedURL
    /// This part of the request cannot be sent as it is.
    case malformedRequest(RequestPart)
    /// The task that sent the request was cancelled.
    case cancelled
    /// The client was shut down.
    case shutDown
    /// A failure that has no other case: libcurl's number for it (`CURLcode`, libcurl-errors(3)).
    case other(code: Int)

    /// How far a transfer had come.
    public enum Phase: Sendable, Equatable {
        /// Waiting for other transfers (``CurlOptions/concurrency``): nothing was tried.
        case queued
        /// Resolving the name, connecting, shaking hands.
        case connecting
        /// At least a part of the request was sent.
        case awaitingResponse
    }

    /// What was wrong with TLS.
    public enum TLSFailure: Sendable, Equatable {
        case expiredCertificate
        case untrustedCertificate
        /// The certificate is trusted and belongs to another host.
        case wrongHost
        case handshake
        case unreadableAuthorities
    }

    /// The part of a request that cannot be sent (``malformedRequest(_:)``).
    public enum RequestPart: Sendable, Equatable {
        case method, headerName, headerValue
    }

    /// Whether the server may have received the request, so that only a request that may be repeated is sent again.
    /// False is certain. True where it is not known, as for a transfer that this client ended (``cancelled``, ``shutDown``).
    public var requestMayHaveArrived: Bool {
        switch self {
        case .timedOut(.awaitingResponse), .closedEarly, .responseTooLarge, .malformedResponse, .cancelled, .shutDown,
            .other:
            true
        case .timedOut(.queued), .timedOut(.connecting), .couldNotResolve, .couldNotResolveProxy, .couldNotConnect,
            .noRoute, .proxyRefused, .tlsFailed, .unsupportedURL, .malformedRequest:
            false
        }
    }

    /// Whether the same request may succeed a moment later, without a change of the request or of the configuration.
    /// True for failures of the network, for a TLS handshake that broke off, and for failures without a case of their
    /// own: their cause is unknown, and a further attempt costs little.
    public var isTransient: Bool {
        switch self {
        case .timedOut, .couldNotResolve, .couldNotResolveProxy, .couldNotConnect, .noRoute, .tlsFailed(.handshake),
            .closedEarly, .other:
            true
        // A proxy that cannot reach the host, is overloaded or was too slow. Others refuse by their configuration.
        case .proxyRefused(let status): status >= 500 || status == 408 || status == 429
        case .tlsFailed, .responseTooLarge, .malformedResponse, .unsupportedURL, .malformedRequest, .cancelled,
            .shutDown:
            false
        }
    }
}

/// The errors in plain words, without any bytes of the request or the response: both can hold secrets.
extension CurlError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .timedOut(let phase): "no response in time, \(phase)"
        case .couldNotResolve: "the host name could not be resolved"
        case .couldNotResolveProxy: "the host name of the proxy that HTTPS_PROXY names could not be resolved"
        case .couldNotConnect: "the connection could not be made"
        case .noRoute: "this machine has no route to the host; its network may not be up yet"
        case .proxyRefused(407):
            "the proxy asks for a user name and a password (status 407): HTTPS_PROXY takes both before the host"
        case .proxyRefused(let status):
            "the proxy refused to connect to the host (status \(status)): HTTPS_PROXY names the proxy, "
                + "and NO_PROXY the hosts that need none"
        case .tlsFailed(let failure): "TLS failed: \(failure)"
        case .closedEarly: "the connection was closed before the response was complete"
        case .responseTooLarge(let limit): "the response exceeds \(limit) bytes"
        case .malformedResponse: "the response is not well-formed"
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
        case .queued: "while waiting for other transfers"
        case .connecting: "while connecting"
        case .awaitingResponse: "after the request was sent"
        }
    }
}

extension CurlError.TLSFailure: CustomStringConvertible {
    public var description: String {
        switch self {
        case .expiredCertificate: "the certificate has expired"
        case .untrustedCertificate:
            "the certificate is not signed by a trusted authority (AWS_CA_BUNDLE can name a file of other authorities)"
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
        case .headerName: "a header name is not a token, or is one that the client writes"
        case .headerValue: "a header value has a control character"
        }
    }
}

extension CurlClient.StartError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .noHandle:
            "libcurl could not be set up: the process has too few file descriptors (ulimit -n) or too little memory left"
        case .noThread(let code): "the system has no thread left for transfers: \(SystemCallError(code: code))"
        }
    }
}
