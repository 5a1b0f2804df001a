import HTTPExchange
import HTTPTypes
import RateLimiting

// Problems of the gateway itself. The problems of a call to AWS stand in UpstreamDisposition.

extension Problem {
    /// For `only-if-cached` (RFC 9111 §5.2.1.7).
    static let notCached = Problem(
        .notCached,
        """
        No answer that is fresh enough for this request is in the cache, and its Cache-Control (only-if-cached) forbids \
        asking AWS. Leave the directive out.
        """)

    static let overloaded = Problem(
        .overloaded, "The gateway has as many requests that wait for Amazon Transcribe as it takes. Try again shortly."
    ).retrying(after: .seconds(1))

    static let tooManyWatches = Problem(
        .tooManyWatches,
        "This gateway has as many requests that watch jobs as it takes. Look without waiting, or try again shortly.",
        status: .serviceUnavailable
    ).retrying(after: .seconds(5))

    static func tooManyWatches(ofClient limit: Int) -> Problem {
        Problem(
            .tooManyWatches,
            """
            This client watches jobs with \(limit) request\(limit == 1 ? "" : "s") already, and may have no more. Close one, or \
            look without waiting.
            """
        ).retrying(after: .seconds(5))
    }

    static let stopping = Problem(
        .stopping, "The gateway had no time to finish before its stop. Try again; another one may have taken its place."
    ).retrying(after: .seconds(1))

    static let upstreamTimeout = Problem(
        .upstreamTimeout,
        "Amazon Transcribe gave no answer within the time that one look-up may take. Try again shortly."
    ).retrying(after: .seconds(1))

    /// A request that waited for the refresh of a stored job waits for a second only.
    static let storedJobGone = Problem(
        .upstreamTimeout,
        """
        The stored copy of the job was removed, or may not be shown any more, while the request waited for a new one, and \
        Amazon Transcribe gave none within a second. Try again.
        """, status: .serviceUnavailable
    ).retrying(after: .seconds(1))

    static let clientLeft = Problem(
        .upstreamTimeout,
        """
        The client ended its side of the connection, and Amazon Transcribe had not answered a moment later. Try again, and \
        wait for the answer.
        """
    ).retrying(after: .seconds(1))

    /// Why the gateway makes no call to AWS.
    init(_ refusal: AdmissionRefusal) {
        switch refusal {
        case .budgetUsedUp(let wait, isThrottled: false):
            self = Problem(
                .upstreamBudget,
                "The gateway has made all the requests to Amazon Transcribe that its operator allows it now. Try again shortly."
            ).retrying(after: wait)
        case .budgetUsedUp(let wait, isThrottled: true):
            self = Problem(
                .upstreamThrottled,
                """
                Amazon Transcribe has refused requests of the gateway's AWS account for being too many, so the gateway sends \
                fewer for a while. This is AWS's limit, not yours. Try again shortly.
                """
            ).retrying(after: wait)
        case .breakerOpen(let wait):
            self = Problem(
                .upstreamUnavailable,
                "Too many requests to Amazon Transcribe have failed, so the gateway makes none for a while. Try again later."
            ).retrying(after: wait)
        case .tooManyInFlight(let wait), .queueFull(let wait), .deadlineTooClose(let wait):
            self = Problem.overloaded.retrying(after: wait)
        case .cancelled: self = .stopping
        }
    }
}

extension Problem {
    init(_ hop: UnreadableHop) {
        let place = hop.position == 1 ? "last element" : "element \(hop.position) from the end"
        self.init(
            .invalidForwarding,
            """
            The \(place) of X-Forwarded-For is no IP address, although a trusted proxy appended it, so the client is not \
            known. Ask the proxy's operator to correct what it appends.
            """)
    }

    /// Why the HTTP server refused a request before a route was looked for.
    init(_ refusal: Refusal) {
        switch refusal {
        case .malformed(let reason):
            self.init(
                .malformedRequest,
                """
                The request breaks a rule of HTTP/1.1: \(reason). Correct this part of it, or send it with an HTTP library.
                """)
        case .targetTooLong(let limit):
            self.init(.targetTooLong, "The path and query may have \(limit) bytes. Send fewer.")
        case .tooManyFields(let limit):
            self.init(.tooManyHeaderFields, "A request may have \(limit) header fields. Send fewer.")
        case .fieldsTooLarge(let limit):
            self.init(
                .tooManyHeaderFields,
                """
                The header fields may have \(limit) bytes together, where those of Cookie count twice. A long URL and very \
                many cookies leave less room. Send fewer bytes.
                """)
        case .bodyNotAllowed:
            self.init(
                .contentNotAllowed, "GET and HEAD take no content here. Send the request without it.")
        case .bodyTooLarge(let limit):
            self.init(.contentTooLarge, "The content may have \(limit) bytes. Send less.")
        case .unknownTransferCoding:
            self.init(.unsupportedFeature, "The only transfer coding known here is 'chunked'. Leave the others out.")
        case .unknownExpectation:
            self.init(
                .unsupportedFeature, "The only expectation known here is '100-continue'. Leave Expect out.",
                status: .expectationFailed)
        }
    }
}
