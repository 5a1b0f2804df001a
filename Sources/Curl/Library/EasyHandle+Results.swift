import CCurl
import Glibc

extension EasyHandle {
    /// Delivers what arrives to the transfer. The transfer is not retained: the transfer loop keeps it until the handle is
    /// removed from the multi handle, and libcurl calls back only while the handle is in it.
    func deliver(to transfer: Transfer) throws(CurlError) {
        let context = unsafe Unmanaged.passUnretained(transfer).toOpaque()
        try check(unsafe ccurl_set_pointer(handle, CURLOPT_HEADERDATA, context))
        try check(unsafe ccurl_set_pointer(handle, CURLOPT_WRITEDATA, context))
        try check(unsafe ccurl_set_receive(handle, CURLOPT_HEADERFUNCTION, receiveLine))
        try check(unsafe ccurl_set_receive(handle, CURLOPT_WRITEFUNCTION, receiveContent))
    }
}

/// A line of the head, a trailer field, or a line of an interim response (CURLOPT_HEADERFUNCTION(3)).
private let receiveLine: ccurl_receive = { bytes, size, count, context in
    unsafe receive(bytes, size * count, context) { $0.reader.take(line: $1) }
}

/// A piece of content (CURLOPT_WRITEFUNCTION(3)).
private let receiveContent: ccurl_receive = { bytes, size, count, context in
    unsafe receive(bytes, size * count, context) { $0.reader.take(content: $1) }
}

/// Returns another number than `length` to make libcurl end the transfer and close the connection.
private func receive(
    _ bytes: UnsafeMutablePointer<CChar>?, _ length: Int, _ context: UnsafeMutableRawPointer?,
    take: (Transfer, [UInt8]) -> Bool
) -> Int {
    guard let context = unsafe context else { return length + 1 }
    let transfer = unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    let received = unsafe [UInt8](UnsafeRawBufferPointer(start: bytes, count: length))
    return take(transfer, received) ? length : length + 1
}

/// The errors for libcurl's codes (libcurl-errors(3)).
extension EasyHandle {
    /// Call it before the handle is reset: some codes mean different things before and after the request was sent.
    func failure(_ code: CURLcode, bodyLimit: Int) -> CurlError {
        switch code {
        case CURLE_OPERATION_TIMEDOUT: .timedOut(hasSent ? .awaitingResponse : .connecting)
        case CURLE_COULDNT_RESOLVE_HOST: .couldNotResolve
        case CURLE_COULDNT_RESOLVE_PROXY: .couldNotResolveProxy
        case CURLE_COULDNT_CONNECT, CURLE_PROXY: proxyRefusal ?? missingConnection
        case CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE: ending
        case CURLE_FILESIZE_EXCEEDED: .responseTooLarge(limit: bodyLimit)
        case CURLE_URL_MALFORMAT, CURLE_LOGIN_DENIED: .unsupportedURL
        // A response without a status line counts as an unsupported protocol, a line of more than 100 KiB as out of
        // memory.
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, CURLE_OUT_OF_MEMORY: misunderstanding(code)
        default: tlsFailure(code).map(CurlError.tlsFailed) ?? .other(code: Int(code.rawValue))
        }
    }

    private var hasSent: Bool { info(CURLINFO_REQUEST_SIZE) > 0 }

    /// libcurl has the same codes for a tunnel that the proxy refused.
    private var ending: CurlError { proxyRefusal ?? (hasSent ? .closedEarly : .couldNotConnect) }

    private var missingConnection: CurlError {
        [ENETDOWN, ENETUNREACH, EHOSTUNREACH].contains(Int32(info(CURLINFO_OS_ERRNO))) ? .noRoute : .couldNotConnect
    }

    private var proxyRefusal: CurlError? {
        let status = info(CURLINFO_HTTP_CONNECTCODE)
        return status >= 300 ? .proxyRefused(status: status) : nil
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

    /// By OpenSSL's result for the chain (X509_V_… of SSL_get_verify_result(3)). libcurl compares the host by itself before
    /// it copies that result; until then the result is 1, "unspecified".
    private var certificateFailure: CurlError.TLSFailure {
        switch info(CURLINFO_SSL_VERIFYRESULT) {
        case 1: .wrongHost
        case 10: .expiredCertificate
        default: .untrustedCertificate
        }
    }
}
