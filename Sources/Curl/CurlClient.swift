import Threads

/// An HTTP/1.1 client over libcurl's multi interface: connections are kept and reused, every request ends by its
/// deadline, responses are bounded.
///
/// One thread of its own does all transfers. Any number of tasks may send requests at once; those beyond
/// ``CurlOptions/concurrency`` wait in order. The thread ends after ``shutDown()``, or when the client is released.
public final class CurlClient: Sendable {
    private let queue: SubmissionQueue

    /// Starts the thread.
    /// - Throws: ``StartError`` if the system has not what the client needs.
    public init(options: CurlOptions = CurlOptions()) throws(StartError) {
        let multi = try MultiHandle(connections: options.concurrency)
        let queue = SubmissionQueue(waking: multi)
        do throws(SystemCallError) {
            try TransferLoop.start(options: options, multi: multi, queue: queue)
        } catch {
            multi.free()
            throw .noThread(code: error.code)
        }
        // Set last: `deinit` runs for a client whose properties are all set, also if `init` throws, and would wake a handle
        // that is freed.
        self.queue = queue
    }

    /// Why a client cannot start. The same start may succeed later.
    public enum StartError: Error, Sendable, Equatable {
        /// libcurl's set-up or its multi handle failed: it needs two descriptors and some memory.
        case noHandle
        /// The system has no thread left: the number of its error (errno(3)).
        case noThread(code: Int32)
    }

    deinit {
        queue.beginShutDown()
    }

    /// Sends the request and returns the whole response, of any status.
    ///
    /// If a kept connection is closed before the first byte of a response, the request is sent again on another one,
    /// whatever its method: the server may have received it twice.
    /// - Parameter deadline: When this ends with ``CurlError/timedOut(_:)`` at the latest, to a few milliseconds.
    /// - Throws: Every ``CurlError``; ``CurlError/cancelled`` when the calling task is cancelled.
    public func perform(
        _ request: CurlRequest, deadline: ContinuousClock.Instant
    ) async throws(CurlError) -> CurlResponse {
        try request.check()
        let cancellation = Cancellation()
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                queue.submit(
                    Submission(request, deadline: deadline, cancellation: cancellation, continuation: continuation))
            }
        } onCancel: {
            cancellation.request()
            queue.recordCancellation()
        }
        return try result.get()
    }

    /// Ends all transfers with ``CurlError/shutDown``, closes all connections and returns when the thread has done
    /// both. Later requests end with the same error. May be called more than once.
    public func shutDown() async {
        await queue.shutDown()
    }
}

/// How a ``CurlClient`` behaves for all of its requests.
public struct CurlOptions: Sendable {
    /// Transfers under way at once; further requests wait. It bounds handles, connections and memory.
    public var concurrency: Int
    /// From the start of a transfer until its connection is open, TLS included. The deadline of a request still applies.
    public var connectTimeout: Duration
    /// Bytes in the content of a response; one that has more is refused.
    public var bodyLimit: Int
    /// Bytes in the header of a response, where each field counts 32 more than it has (as in RFC 9113 §6.5.2), so that the
    /// limit bounds their number too.
    public var headLimit: Int
    /// A PEM file with the certificate authorities to trust in place of the system's.
    public var certificateAuthorities: String?
    /// The value of `User-Agent`; without it the field is not sent.
    public var userAgent: String?

    public init(
        concurrency: Int = 64, connectTimeout: Duration = .seconds(1), bodyLimit: Int = 1 << 20,
        headLimit: Int = 64 << 10, certificateAuthorities: String? = nil
    ) {
        precondition(concurrency > 0, "a client without a transfer could answer no request")
        self.concurrency = concurrency
        self.connectTimeout = connectTimeout
        self.bodyLimit = bodyLimit
        self.headLimit = headLimit
        self.certificateAuthorities = certificateAuthorities
    }

    /// The file of authorities that libcurl was built to trust; nil if it was built without one.
    public static var systemAuthorities: String? { MultiHandle.systemAuthorities }
}

/// What sends one HTTP request and returns its whole response.
///
/// `perform` can be called from any task. It follows no redirect and returns, or throws, by the deadline.
public protocol Transport: Sendable {
    func perform(
        _ request: CurlRequest, deadline: ContinuousClock.Instant
    ) async throws(CurlError) -> CurlResponse
}

extension CurlClient: Transport {}

extension ContinuousClock.Instant {
    /// When an attempt that begins at `now` ends, in a call that ends at this instant.
    ///
    /// An attempt that another one can follow has half of the time that is left, and a second at least: a slow response
    /// still comes, and a connection that went silent costs one attempt and not the call.
    package func endOfAttempt(from now: ContinuousClock.Instant, isLast: Bool) -> ContinuousClock.Instant {
        isLast ? self : Swift.min(self, now + Swift.max((self - now) / 2, .seconds(1)))
    }
}
