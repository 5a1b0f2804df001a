/// How a ``CurlClient`` behaves for all of its requests.
public struct CurlOptions: Sendable {
    /// Transfers under way at once; those beyond wait for their turn. It bounds handles, connections and memory.
    public var concurrency: Int
    /// From the start of a transfer until its connection, TLS included, stands. The deadline of a request still applies.
    public var connectTimeout: Duration
    /// Bytes in the content of an answer; one that has more is refused.
    public var bodyLimit: Int
    /// Bytes in the header of an answer, where each field counts 32 more than it has (the reckoning of RFC 9113 §6.5.2),
    /// so that it bounds their number too.
    public var headLimit: Int
    /// A PEM file with the certificate authorities to trust in place of the system's.
    public var certificateAuthorities: String?

    public init(
        concurrency: Int = 64, connectTimeout: Duration = .seconds(1), bodyLimit: Int = 1 << 20,
        headLimit: Int = 64 << 10, certificateAuthorities: String? = nil
    ) {
        precondition(concurrency > 0, "a client that may transfer nothing would never answer")
        self.concurrency = concurrency
        self.connectTimeout = connectTimeout
        self.bodyLimit = bodyLimit
        self.headLimit = headLimit
        self.certificateAuthorities = certificateAuthorities
    }
}
