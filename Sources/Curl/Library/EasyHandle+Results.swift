import CCurl

extension EasyHandle {
    /// Sends what arrives to the transfer. It is not retained: the transfer loop keeps it until the handle has left the
    /// multi handle, and libcurl calls back only inside it.
    func deliver(to transfer: Transfer) throws(CurlError) {
        let context = unsafe Unmanaged.passUnretained(transfer).toOpaque()
        try check(unsafe ccurl_set_pointer(handle, CURLOPT_HEADERDATA, context))
        try check(unsafe ccurl_set_pointer(handle, CURLOPT_WRITEDATA, context))
        try check(unsafe ccurl_set_receive(handle, CURLOPT_HEADERFUNCTION, receiveLine))
        try check(unsafe ccurl_set_receive(handle, CURLOPT_WRITEFUNCTION, receiveContent))
    }
}

/// A line of the head, a trailer field, or an interim answer's line (CURLOPT_HEADERFUNCTION(3)).
private let receiveLine: ccurl_receive = { bytes, size, count, context in
    unsafe receive(bytes, size * count, context) { $0.receive(line: $1) }
}

/// A piece of content (CURLOPT_WRITEFUNCTION(3)).
private let receiveContent: ccurl_receive = { bytes, size, count, context in
    unsafe receive(bytes, size * count, context) { $0.receive(content: $1) }
}

/// Any other number than `length` makes libcurl end the transfer and close the connection.
private func receive(
    _ bytes: UnsafeMutablePointer<CChar>?, _ length: Int, _ context: UnsafeMutableRawPointer?,
    take: (Transfer, [UInt8]) -> Bool
) -> Int {
    guard let context = unsafe context else { return length + 1 }
    let transfer = unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    let received = unsafe [UInt8](UnsafeRawBufferPointer(start: bytes, count: length))
    return take(transfer, received) ? length : length + 1
}

/// libcurl's codes in our words (libcurl-errors(3)).
extension EasyHandle {
    /// Asked before the handle is reset: some codes mean different things before and after the request was sent.
    func failure(_ code: CURLcode, bodyLimit: Int) -> CurlError {
        switch code {
        case CURLE_OPERATION_TIMEDOUT: .timedOut(hasSent ? .awaitingResponse : .connecting)
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .couldNotResolve
        case CURLE_COULDNT_CONNECT, CURLE_PROXY: .couldNotConnect
        case CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE: ending
        case CURLE_FILESIZE_EXCEEDED: .responseTooLarge(limit: bodyLimit)
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
        hasSent ? .malformedResponse : .other(code: Int(code.rawValue))
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
