import Formats
import Telemetry

/// Writes the content of requests to a collector: `ExportTraceServiceRequest` as JSON (OTLP, "JSON Protobuf Encoding":
/// identifiers in hexadecimal, 64-bit integers as text, enumerations as numbers, names in lowerCamelCase).
struct OTLPDocument: Sendable {
    /// The version of OpenTelemetry's semantic conventions that attributes are named after.
    private static let schema = "https://opentelemetry.io/schemas/1.37.0"
    /// `STATUS_CODE_ERROR`.
    private static let error = 2

    /// All that stands before the first span.
    private let head: [UInt8]
    private let wallTime: @Sendable (_ moment: Int64) -> UInt64

    /// - Parameter wallTime: of a moment of a span, in nanoseconds.
    init(
        resource: [SpanAttribute], scope: (name: String, version: String),
        wallTime: @escaping @Sendable (_ moment: Int64) -> UInt64
    ) {
        self.wallTime = wallTime
        var text = TextBuffer()
        text.openObject()
        text.key("resourceSpans")
        text.openArray()
        text.openObject()
        text.key("resource")
        text.openObject()
        text.member("attributes", resource)
        text.closeObject()
        text.member("schemaUrl", Self.schema)
        text.key("scopeSpans")
        text.openArray()
        text.openObject()
        text.key("scope")
        text.openObject()
        text.member("name", scope.name)
        text.member("version", scope.version)
        text.closeObject()
        text.member("schemaUrl", Self.schema)
        text.key("spans")
        text.openArray()
        head = text.bytes
    }

    func bytes(of spans: [TraceSpan]) -> [UInt8] {
        var text = TextBuffer(reserving: head.count + spans.count * 1_024)
        text.append(contentsOf: head)
        for span in spans {
            text.separate()
            append(span, to: &text)
        }
        text.append("]}]}]}")
        return text.bytes
    }

    private func append(_ span: TraceSpan, to text: inout TextBuffer) {
        text.openObject()
        text.place(span.context)
        text.member("traceState", span.context.state)
        if let parent = span.parent { text.member("parentSpanId", parent.span.text) }
        text.member("flags", span.flags)
        text.member("name", span.name)
        text.member("kind", span.kind.rawValue)
        text.member("startTimeUnixNano", String(wallTime(span.start)))
        text.member("endTimeUnixNano", String(wallTime(max(span.start, span.end))))
        text.member("attributes", span.attributes)
        if !span.links.isEmpty {
            text.key("links")
            text.openArray()
            for link in span.links {
                text.separate()
                text.openObject()
                text.place(link)
                text.member("flags", Int(link.flags.rawValue) | SpanFlags.knowsRemote)
                text.closeObject()
            }
            text.closeArray()
        }
        if span.isError {
            text.key("status")
            text.openObject()
            text.member("code", Self.error)
            text.closeObject()
        }
        text.closeObject()
    }
}

/// Bits of `flags` above those of W3C's (opentelemetry.proto.trace.v1.SpanFlags).
private enum SpanFlags {
    /// Whether the next bit has a meaning.
    static let knowsRemote = 0x100
    static let isRemote = 0x200
}

extension TraceSpan {
    fileprivate var flags: Int {
        Int(context.flags.rawValue) | SpanFlags.knowsRemote | (parent?.isRemote == true ? SpanFlags.isRemote : 0)
    }
}

extension TextBuffer {
    fileprivate mutating func place(_ context: TraceContext) {
        member("traceId", context.trace.text)
        member("spanId", context.span.text)
    }

    /// Appends a list of `KeyValue`.
    fileprivate mutating func member(_ name: String, _ attributes: [SpanAttribute]) {
        key(name)
        openArray()
        for attribute in attributes {
            separate()
            openObject()
            member("key", attribute.name)
            key("value")
            openObject()
            switch attribute.value {
            case .text(let text): member("stringValue", text)
            case .number(let number): member("intValue", String(number))
            }
            closeObject()
            closeObject()
        }
        closeArray()
    }
}
