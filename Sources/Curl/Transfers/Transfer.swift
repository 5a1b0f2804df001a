import CCurl

/// A submission on its easy handle. Used by the transfer thread only.
final class Transfer {
    let submission: Submission
    let easy: EasyHandle
    /// For the handle's callbacks.
    var reader: ResponseReader

    /// Prepares the handle; the transfer starts when the handle is added to a multi handle. The handle points to the
    /// transfer, so it must be reset before the transfer is released.
    init(_ submission: Submission, on easy: EasyHandle, now: ContinuousClock.Instant, options: CurlOptions)
        throws(CurlError)
    {
        self.submission = submission
        self.easy = easy
        reader = ResponseReader(headLimit: options.headLimit, bodyLimit: options.bodyLimit)
        try easy.restrict()
        try easy.secure(authorities: options.certificateAuthorities)
        try easy.limit(
            time: submission.deadline - now, connecting: submission.request.connectTimeout ?? options.connectTimeout,
            body: options.bodyLimit)
        try easy.set(CURLOPT_USERAGENT, options.userAgent)
        try easy.address(submission.request)
        try easy.deliver(to: self)
    }

    /// The result, when libcurl has ended the transfer with this code.
    func result(_ code: CURLcode, bodyLimit: Int) -> Result<CurlResponse, CurlError> {
        if let error = reader.error { return .failure(error) }
        guard code == CURLE_OK else { return .failure(easy.failure(code, bodyLimit: bodyLimit)) }
        // libcurl reports success when the connection ends within the head.
        guard let response = reader.response else { return .failure(.closedEarly) }
        // Only a proxy asks for credentials of its own (RFC 9110 §15.5.8).
        return response.status == 407 ? .failure(.proxyRefused(status: 407)) : .success(response)
    }
}
