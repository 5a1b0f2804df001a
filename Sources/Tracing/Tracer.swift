import Synchronization

/// Begins spans and takes those that have ended. Safe to use from any thread; never blocks.
public final class Tracer: Sendable {
    /// One moment by two clocks, in nanoseconds: since 1970-01-01T00:00:00Z, and by the clock that spans are timed with.
    public typealias Reading = (wallTime: Int64, monotonic: Int64)

    private let sampler: Sampler
    let queue: SpanQueue
    private let clock: @Sendable () -> Reading
    /// From the clock of the spans to the wall time. Taken once in a while and not for each span, so that spans of one trace do
    /// not move against each other when the wall clock is set.
    private let offset: Atomic<Int64>

    public init(_ sampler: Sampler, queue: SpanQueue, clock: @escaping @Sendable () -> Reading) {
        self.sampler = sampler
        self.queue = queue
        self.clock = clock
        offset = Atomic(Self.offset(at: clock()))
    }

    /// The place of a span for a request that came; nil if it is not sampled.
    ///
    /// - Parameter parent: what the client says of its trace.
    public func begin(continuing parent: TraceContext?) -> TraceContext? {
        guard let parent else { return begin() }
        guard sampler.samples(parent.trace, under: parent) else { return nil }
        return TraceContext(
            trace: parent.trace, span: .random(), flags: parent.flags.union(.sampled), state: parent.state)
    }

    /// The place of the first span of a trace that begins here; nil if it is not sampled.
    public func begin() -> TraceContext? {
        guard !sampler.samplesNoRoot else { return nil }
        let trace = TraceID.random()
        guard sampler.samples(trace, under: nil) else { return nil }
        return TraceContext(trace: trace, span: .random(), flags: [.sampled, .random])
    }

    /// The place of another span of the same trace.
    public func sibling(of context: TraceContext) -> TraceContext {
        TraceContext(trace: context.trace, span: .random(), flags: context.flags, state: context.state)
    }

    /// Takes a span that has ended. It is dropped, and counted, where there is no room for it.
    public func record(_ span: TraceSpan) { queue.add(span) }

    /// The wall time of a moment of the spans' clock, in nanoseconds.
    func wallTime(of monotonic: Int64) -> UInt64 {
        UInt64(clamping: monotonic.addingReportingOverflow(offset.load(ordering: .relaxed)).partialValue)
    }

    /// Follows the wall clock.
    func synchronize() { offset.store(Self.offset(at: clock()), ordering: .relaxed) }

    private static func offset(at reading: Reading) -> Int64 {
        reading.wallTime.subtractingReportingOverflow(reading.monotonic).partialValue
    }
}

// Identifiers are random as a whole (W3C Trace Context, level 2, §5.1), so that none says anything of others.

extension TraceID {
    fileprivate static func random() -> TraceID {
        var generator = SystemRandomNumberGenerator()
        while true { if let id = TraceID(high: generator.next(), low: generator.next()) { return id } }
    }
}

extension SpanID {
    fileprivate static func random() -> SpanID {
        var generator = SystemRandomNumberGenerator()
        while true { if let id = SpanID(generator.next()) { return id } }
    }
}
