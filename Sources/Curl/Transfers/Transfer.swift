import CCurl

/// A submission on its easy handle. Used by the transfer thread only.
final class Transfer {
    let submission: Submission
    let easy: EasyHandle
    private var answer: ResponseReader

    /// Prepares the handle; the transfer starts when it is added to a multi handle. The handle refers to the transfer,
    /// so it must be reset before the transfer goes.
    init(_ submission: Submission, on easy: EasyHandle, now: ContinuousClock.Instant, options: CurlOptions)
        throws(CurlError)
    {
        self.submission = submission
        self.easy = easy
        answer = ResponseReader(headLimit: options.headLimit, bodyLimit: options.bodyLimit)
        try easy.restrict()
        try easy.secure(authorities: options.certificateAuthorities)
        try easy.limit(
            time: submission.deadline - now, connecting: submission.request.connectTimeout ?? options.connectTimeout,
            body: options.bodyLimit)
        try easy.address(submission.request)
        try easy.deliver(to: self)
    }

    /// For the handle's callbacks. False ends the transfer.
    func receive(line: [UInt8]) -> Bool { answer.take(line: line) }

    /// For the handle's callbacks. False ends the transfer.
    func receive(content: [UInt8]) -> Bool { answer.take(content: content) }

    /// What came of it, when libcurl has ended it with this code.
    func outcome(_ code: CURLcode, bodyLimit: Int) -> Result<CurlResponse, CurlError> {
        if let refusal = answer.refusal { return .failure(refusal) }
        guard code == CURLE_OK else { return .failure(easy.failure(code, bodyLimit: bodyLimit)) }
        // libcurl calls it a success when the connection ends within the head.
        guard let response = answer.response else { return .failure(.closedEarly) }
        return .success(response)
    }
}
