/// Where and how spans are exported (OpenTelemetry, "OTLP exporter configuration" and "Batch span processor").
public struct ExportOptions: Sendable {
    /// The whole URL that batches are sent to.
    public var url: String
    /// Whether it is on this machine, so that no proxy of the environment's stands between.
    public var isLocal: Bool
    /// Further fields of each request. Their values can be secrets: they appear nowhere else.
    public var headers: [(name: String, value: String)]
    /// The time for one attempt to send a batch.
    public var timeout: Duration
    /// The longest time that an ended span waits for others.
    public var delay: Duration
    /// What sends the spans: a service of this name and version, and more.
    public var resource: [SpanAttribute]
    /// The name and the version of this program, which makes the spans.
    public var scope: (name: String, version: String)

    public init(
        url: String, isLocal: Bool, headers: [(name: String, value: String)], timeout: Duration, delay: Duration,
        resource: [SpanAttribute], scope: (name: String, version: String)
    ) {
        self.url = url
        self.isLocal = isLocal
        self.headers = headers
        self.timeout = timeout
        self.delay = delay
        self.resource = resource
        self.scope = scope
    }
}

/// What has become of spans so far.
public struct ExportCounts: Sendable {
    /// Spans that the collector has taken.
    public internal(set) var exported = 0
    /// Spans of batches that could not be sent.
    public internal(set) var lost = 0
    /// Spans that the collector took a batch without (OTLP, "Partial success").
    public internal(set) var rejected = 0
    /// Batches that could not be sent.
    public internal(set) var failedExports = 0
}

/// What an operator has to hear of the export.
public enum ExportEvent: Sendable, Equatable {
    /// The first attempt that failed, with the reason for people.
    case failing(String)
    /// The first batch that was taken after that.
    case working
    /// The collector has refused spans of a batch that it took; told until it takes a whole one.
    case rejecting(Int)
}
