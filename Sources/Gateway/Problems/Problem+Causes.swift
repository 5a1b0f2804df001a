import HTTPExchange
import HTTPTypes
import RateLimiting

// Problems of the gateway itself. The problems of a call to AWS stand in UpstreamDisposition.

extension Problem {
    /// For `only-if-cached` (RFC 9111 §5.2.1.7).
    static let notCached = Problem(
        .notCached,
        "This job is not in the cache, and the request's Cache-Control (only-if-cached) forbids asking AWS.")

    static let overloaded = Problem(
        .overloaded, "Too many requests wait for Amazon Transcribe already. Try again shortly."
    ).retrying(after: .seconds(1))

    static let tooManyWatches = Problem(
        .tooManyWatches,
        "As many requests watch jobs as this gateway allows. Look without waiting, or try again shortly.",
        status: .serviceUnavailable
    ).retrying(after: .seconds(5))

    static func tooManyWatches(ofClient limit: Int) -> Problem {
        Problem(
            .tooManyWatches,
            "This client watches jobs with \(limit) requests already, and may have no more. Close one, or look without waiting."
        ).retrying(after: .seconds(5))
    }

    static let stopping = Problem(
        .stopping, "The gateway is being stopped and had no time to finish. Try again."
    ).retrying(after: .seconds(1))

    static let upstreamTimeout = Problem(
        .upstreamTimeout, "Amazon Transcribe did not answer within the time allowed for one look-up."
    ).retrying(after: .seconds(1))

    /// A request that waited for the refresh of a stored job waits for a second only.
    static let storedJobGone = Problem(
        .upstreamTimeout,
        """
        The stored copy of the job was removed, or may not be shown any more, while the request waited for a new one, and \
        Amazon Transcribe did not answer within a second. Try again.
        """, status: .serviceUnavailable
    ).retrying(after: .seconds(1))

    static let clientLeft = Problem(
        .upstreamTimeout,
        "The client ended its side of the connection, and Amazon Transcribe had not answered a moment later.")

    /// Why the gateway makes no call to AWS.
    init(_ refusal: AdmissionRefusal) {
        switch refusal {
        case .budgetUsedUp(let wait):
            self = Problem(
                .upstreamBudget,
                "The gateway has used up its own budget of requests to Amazon Transcribe. Try again shortly."
            ).retrying(after: wait)
        case .breakerOpen(let wait):
            self = Problem(
                .upstreamUnavailable,
                "Too many requests to Amazon Transcribe have failed; the gateway makes none for a while."
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
            known.
            """)
    }

    /// Why the HTTP server refused a request before a route was looked for.
    init(_ refusal: Refusal) {
        switch refusal {
        case .malformed(let reason):
            self.init(.malformedRequest, "The request breaks a rule of HTTP/1.1: \(reason).")
        case .targetTooLong(let limit):
            self.init(.targetTooLong, "The path and query may have \(limit) bytes.")
        case .tooManyFields(let limit):
            self.init(.tooManyHeaderFields, "A request may have \(limit) header fields.")
        case .fieldsTooLarge(let limit):
            self.init(
                .tooManyHeaderFields,
                """
                The header fields may have \(limit) bytes together, where those of Cookie count twice. A long URL and very \
                many cookies leave less room.
                """)
        case .bodyNotAllowed:
            self.init(
                .contentNotAllowed, "GET and HEAD take no content here. Send the request without it.")
        case .bodyTooLarge(let limit):
            self.init(.contentTooLarge, "The content may have \(limit) bytes.")
        case .unknownTransferCoding:
            self.init(.unsupportedFeature, "The only transfer coding known here is 'chunked'.")
        case .unknownExpectation:
            self.init(
                .unsupportedFeature, "The only expectation known here is '100-continue'.", status: .expectationFailed)
        }
    }
}
