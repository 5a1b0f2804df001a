import CCurl

/// libcurl's codes in our words (libcurl-errors(3)).
extension EasyHandle {
    /// Asked before the handle is reset: some codes mean different things before and after the request was sent.
    func failure(_ code: CURLcode, bodyLimit: Int) -> CurlError {
        switch code {
        case CURLE_OPERATION_TIMEDOUT: .timedOut(hasSent ? .answering : .connecting)
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .couldNotResolve
        case CURLE_COULDNT_CONNECT, CURLE_PROXY: .couldNotConnect
        case CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE: ending
        case CURLE_FILESIZE_EXCEEDED: .answerTooLarge(limit: bodyLimit)
        case CURLE_URL_MALFORMAT, CURLE_LOGIN_DENIED: .unsupportedURL
        // An answer in the manner of HTTP/0.9 is an unsupported protocol, a line of more than 100 KiB takes too much
        // memory.
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, CURLE_OUT_OF_MEMORY: misunderstanding(code)
        default: tlsFailure(code).map(CurlError.tlsFailed) ?? .other(code: Int(code.rawValue))
        }
    }

    private var hasSent: Bool { info(CURLINFO_REQUEST_SIZE) > 0 }

    /// A tunnel that the proxy refused ends like a connection that broke.
    private var ending: CurlError {
        let refusesTunnel = info(CURLINFO_HTTP_CONNECTCODE) >= 300
        return hasSent && !refusesTunnel ? .closedEarly : .couldNotConnect
    }

    private func misunderstanding(_ code: CURLcode) -> CurlError {
        hasSent ? .malformedAnswer : .other(code: Int(code.rawValue))
    }

    private func tlsFailure(_ code: CURLcode) -> CurlError.TLSFailure? {
        switch code {
        case CURLE_PEER_FAILED_VERIFICATION: certificateFailure
        case CURLE_SSL_CONNECT_ERROR: .handshake
        case CURLE_SSL_CACERT_BADFILE: .unreadableAuthorities
        default: nil
        }
    }

    /// By OpenSSL's verdict on the chain (X509_V_… of SSL_get_verify_result(3)). The host libcurl compares by itself,
    /// before it takes OpenSSL's verdict over; until then it says "unspecified".
    private var certificateFailure: CurlError.TLSFailure {
        switch info(CURLINFO_SSL_VERIFYRESULT) {
        case 1: .wrongHost
        case 10: .expiredCertificate
        default: .untrustedCertificate
        }
    }
}
