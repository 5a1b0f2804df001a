import Curl
import Testing

@Suite struct CurlErrorTests {
    @Test(arguments: [
        (CurlError.timedOut(.connecting), "no response in time, while connecting", false),
        (.timedOut(.awaitingResponse), "no response in time, after the request was sent", true),
        (.tlsFailed(.wrongHost), "TLS failed: the certificate belongs to another host", false),
        (.responseTooLarge(limit: 9), "the response exceeds 9 bytes", true),
        (.malformedRequest(.headerValue), "the request cannot be sent: a header value has a control character", false),
        (
            .proxyRefused(status: 403),
            "the proxy refused to connect to the host (status 403): HTTPS_PROXY names the proxy, and NO_PROXY the hosts "
                + "that need none", false
        ),
        (
            .proxyRefused(status: 407),
            "the proxy asks for a user name and a password (status 407): HTTPS_PROXY takes both "
                + "before the host", false
        ),
        (.closedEarly, "the connection was closed before the response was complete", true),
        (.other(code: 43), "the transfer failed with libcurl's code 43", true),
    ])
    func saysWhatHappened(error: CurlError, text: String, mayHaveArrived: Bool) {
        #expect(error.description == text)
        #expect(error.requestMayHaveArrived == mayHaveArrived)
    }

    @Test(arguments: [
        (CurlError.timedOut(.queued), true), (.timedOut(.connecting), true), (.timedOut(.awaitingResponse), true),
        (.couldNotResolve, true), (.couldNotConnect, true), (.closedEarly, true), (.other(code: 55), true),
        (.couldNotResolveProxy, true), (.proxyRefused(status: 403), false), (.proxyRefused(status: 407), false),
        (.proxyRefused(status: 503), true), (.proxyRefused(status: 429), true),
        (.tlsFailed(.handshake), true), (.tlsFailed(.expiredCertificate), false),
        (.tlsFailed(.untrustedCertificate), false), (.tlsFailed(.wrongHost), false),
        (.tlsFailed(.unreadableAuthorities), false), (.responseTooLarge(limit: 9), false), (.malformedResponse, false),
        (.unsupportedURL, false), (.malformedRequest(.method), false), (.cancelled, false), (.shutDown, false),
    ])
    func distinguishesWhatMaySucceedLater(error: CurlError, isTransient: Bool) {
        #expect(error.isTransient == isTransient)
    }
}
