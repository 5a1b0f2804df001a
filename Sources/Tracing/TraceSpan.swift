/// One operation of a trace, when it has ended (OpenTelemetry, "Trace API": Span).
public struct TraceSpan: Sendable {
    /// Which side of a request it is. The numbers are OTLP's.
    public enum Kind: Int, Sendable {
        case server = 2
        case client = 3
    }

    /// Where it stands: its trace and its own identifier.
    public let context: TraceContext
    /// The span that caused it; nil where the trace begins.
    public let parent: ParentSpan?
    /// One of a few: no part of it comes from outside.
    public let name: String
    public let kind: Kind
    /// In nanoseconds by the clock of the ``Tracer``.
    public let start, end: Int64
    public let attributes: [SpanAttribute]
    /// Spans that it depends on and that are not above it.
    public let links: [TraceContext]
    /// Whether the operation has failed for its own side: for a server not if the client was wrong.
    public let isError: Bool

    public init(
        _ name: String, _ kind: Kind, at context: TraceContext, under parent: ParentSpan?, from start: Int64,
        to end: Int64, attributes: [SpanAttribute], links: [TraceContext] = [], isError: Bool
    ) {
        self.name = name
        self.kind = kind
        self.context = context
        self.parent = parent
        self.start = start
        self.end = end
        self.attributes = attributes
        self.links = links
        self.isError = isError
    }
}

/// What caused a span.
public struct ParentSpan: Hashable, Sendable {
    public let span: SpanID
    /// Whether it is another program's.
    public let isRemote: Bool

    public init(_ context: TraceContext, isRemote: Bool) {
        span = context.span
        self.isRemote = isRemote
    }
}

/// What is known of an operation. Names are those of OpenTelemetry's semantic conventions where these have one.
public struct SpanAttribute: Hashable, Sendable {
    public enum Value: Hashable, Sendable {
        case text(String)
        case number(Int)
    }

    public let name: String
    public let value: Value

    public init(_ name: String, _ text: String) {
        self.name = name
        value = .text(text)
    }

    public init(_ name: String, _ number: Int) {
        self.name = name
        value = .number(number)
    }
}
