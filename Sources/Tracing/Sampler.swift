/// Which traces are recorded (OpenTelemetry, "Tracing SDK": Built-in samplers).
public struct Sampler: Sendable {
    /// The names that `OTEL_TRACES_SAMPLER` takes.
    public enum Name: String, CaseIterable, Sendable {
        case alwaysOn = "always_on"
        case alwaysOff = "always_off"
        case ratio = "traceidratio"
        case parentOrOn = "parentbased_always_on"
        case parentOrOff = "parentbased_always_off"
        case parentOrRatio = "parentbased_traceidratio"
    }

    /// Whether the decision of a client that names its trace is taken over.
    private let obeysParent: Bool
    /// Of the 2^63 identifiers' halves those below it are sampled.
    private let bound: UInt64

    /// - Parameter ratio: which part of the traces is sampled, from 0 to 1, by the samplers that take one.
    public init(_ name: Name, ratio: Double = 1) {
        let all: UInt64 = 1 << 63
        switch name {
        case .parentOrOn, .parentOrOff, .parentOrRatio: obeysParent = true
        case .alwaysOn, .alwaysOff, .ratio: obeysParent = false
        }
        switch name {
        case .alwaysOn, .parentOrOn: bound = all
        case .alwaysOff, .parentOrOff: bound = 0
        case .ratio, .parentOrRatio: bound = ratio >= 1 ? all : UInt64(max(0, ratio) * 0x1p63)
        }
    }

    /// Whether no trace is sampled that begins here.
    var samplesNoRoot: Bool { bound == 0 }

    /// - Parameter parent: what the client says.
    func samples(_ trace: TraceID, under parent: TraceContext?) -> Bool {
        if obeysParent, let parent { return parent.flags.contains(.sampled) }
        // Equal traces have equal decisions everywhere: the last eight bytes decide, as in OpenTelemetry's libraries.
        return trace.low >> 1 < bound
    }
}
