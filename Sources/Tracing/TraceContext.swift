import Formats

/// Which request of which trace has caused this one, as the client says it (W3C Trace Context, level 2).
public struct TraceContext: Hashable, Sendable {
    public let trace: TraceID
    /// The client's own request.
    public let span: SpanID
    public let flags: TraceFlags
    /// What tracing systems on the way have added: a valid `tracestate`, or nil.
    public let state: String?

    public init(trace: TraceID, span: SpanID, flags: TraceFlags, state: String? = nil) {
        self.trace = trace
        self.span = span
        self.flags = flags
        self.state = state
    }
}

extension TraceContext {
    /// The length of `traceparent` in version 00, and the least one in any other.
    private static let length = 55
    /// No version (§3.2.2.1).
    private static let invalidVersion: UInt8 = 0xFF

    /// Reads `traceparent`: `00-`, 32 digits, `-`, 16 digits, `-`, 2 digits, all hexadecimal in lower case. Of a later version
    /// these parts are read too, whatever follows them behind another `-` (§3.2.4). Nil for anything else: then the trace
    /// is not continued. No more than these 56 bytes are looked at.
    ///
    /// - Parameter state: the value of `tracestate`, asked for where `traceparent` is valid (§3.3). It is left out where it is
    ///   not valid itself, or too long.
    public init?(traceparent: String, state: () -> String?) {
        let utf8 = traceparent.utf8
        let bytes = utf8.span
        var (start, end) = (0, bytes.count)
        while start < end, bytes[start].isBlank { start += 1 }
        while end > start, bytes[end - 1].isBlank { end -= 1 }
        let value = bytes.extracting(start..<end)
        guard value.count >= Self.length, let version = value.number(lowercaseHexadecimal: 0..<2),
            version != Self.invalidVersion, value[2] == .dash, value[35] == .dash, value[52] == .dash,
            value.count == Self.length || version != 0 && value[Self.length] == .dash,
            let high = value.number(lowercaseHexadecimal: 3..<19),
            let low = value.number(lowercaseHexadecimal: 19..<35), let trace = TraceID(high: high, low: low),
            let parent = value.number(lowercaseHexadecimal: 36..<52), let span = SpanID(parent),
            let flags = value.number(lowercaseHexadecimal: 53..<55)
        else { return nil }
        self.init(
            trace: trace, span: span, flags: TraceFlags(rawValue: UInt8(flags)).intersection(.known),
            state: state().flatMap(TraceState.init)?.text)
    }
}

/// The identifier of a trace: 16 bytes, not all of them zero.
public struct TraceID: Hashable, Sendable {
    public let high: UInt64
    public let low: UInt64

    public init?(high: UInt64, low: UInt64) {
        guard high | low != 0 else { return nil }
        self.high = high
        self.low = low
    }

    /// 32 hexadecimal digits in lower case.
    public var text: String {
        String(upTo: 32) {
            $0.append(hexadecimal: high)
            $0.append(hexadecimal: low)
        }
    }
}

/// The identifier of a span in its trace: 8 bytes, not all of them zero.
public struct SpanID: Hashable, Sendable {
    public let number: UInt64

    public init?(_ number: UInt64) {
        guard number != 0 else { return nil }
        self.number = number
    }

    /// 16 hexadecimal digits in lower case.
    public var text: String { String(hexadecimal: number) }
}

/// `trace-flags` (§3.2.2.5).
public struct TraceFlags: OptionSet, Hashable, Sendable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// The span may have been recorded.
    public static let sampled = TraceFlags(rawValue: 1)
    /// The last seven bytes of the trace's identifier are random.
    public static let random = TraceFlags(rawValue: 2)
    /// The others have no meaning yet, and are not passed on.
    static let known: TraceFlags = [.sampled, .random]
}

extension UInt8 {
    fileprivate static let dash = UInt8(ascii: "-")
}

extension Span<UInt8> {
    /// The number that at most 16 digits write; nil if one is no digit, or a capital.
    fileprivate func number(lowercaseHexadecimal range: Range<Int>) -> UInt64? {
        var number: UInt64 = 0
        for place in range {
            guard self[place] == self[place].lowercased, let digit = self[place].hexadecimalValue else { return nil }
            number = number << 4 | UInt64(digit)
        }
        return number
    }
}
