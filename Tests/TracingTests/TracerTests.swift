import Synchronization
import TestSupport
import Testing

@testable import Tracing

@Suite struct TracerTests {
    private let queue = SpanQueue(limit: 8, batch: 4)
    private let parent = TraceContext(traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01") { "a=1" }!
    private let unsampledParent = TraceContext(
        traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-02"
    ) { nil }!

    private func tracer(_ name: Sampler.Name, ratio: Double = 1) -> Tracer {
        Tracer(Sampler(name, ratio: ratio), queue: queue) { (0, 0) }
    }

    /// What is sampled: without a parent, below one that was, and below one that was not.
    @Test(arguments: [
        (Sampler.Name.alwaysOn, [true, true, true]), (.alwaysOff, [false, false, false]),
        (.parentOrOn, [true, true, false]), (.parentOrOff, [false, true, false]),
    ])
    func obeysTheSampler(name: Sampler.Name, expected: [Bool]) {
        let tracer = tracer(name)
        #expect([nil, parent, unsampledParent].map { tracer.begin(continuing: $0) != nil } == expected)
    }

    @Test(arguments: [(0.0, false), (0.25, true), (1.0, true)]) func samplesAPartOfTheTraces(ratio: Double, some: Bool)
    {
        for name in [Sampler.Name.ratio, .parentOrRatio] {
            let tracer = tracer(name, ratio: ratio)
            let sampled = (0..<10_000).filter { _ in tracer.begin() != nil }.count
            #expect(abs(sampled - Int(10_000 * ratio)) <= (ratio < 1 && some ? 400 : 0))
        }
    }

    /// Every program decides alike on a trace. `parentbased_traceidratio` does not ask the ratio where there is a parent.
    @Test func theLastBytesOfATraceDecide() throws {
        for (low, isSampled) in [(UInt64(0x3FFF_FFFF_FFFF_FFFF), true), (0x4000_0000_0000_0000, false), (.max, false)] {
            let trace = try #require(TraceID(high: .max, low: low))
            #expect(Sampler(.ratio, ratio: 0.25).samples(trace, under: parent) == isSampled)
            #expect(Sampler(.parentOrRatio, ratio: 0.25).samples(trace, under: parent))
            #expect(!Sampler(.parentOrRatio, ratio: 1).samples(trace, under: unsampledParent))
        }
    }

    @Test func aSpanContinuesTheTraceOfItsParent() throws {
        let span = try #require(tracer(.alwaysOn).begin(continuing: unsampledParent))
        #expect(span.trace == parent.trace && span.span != parent.span)
        // The flag of a random identifier stays as it came.
        #expect(span.flags == [.sampled, .random])
        let other = try #require(tracer(.parentOrOn).begin(continuing: parent))
        #expect(other.flags == .sampled && other.state == "a=1" && other.span != span.span)
        let sibling = tracer(.parentOrOn).sibling(of: other)
        #expect(sibling.trace == other.trace && sibling.span != other.span && sibling.state == "a=1")
    }

    @Test func aTraceThatBeginsHereIsRandom() throws {
        let tracer = tracer(.parentOrOn)
        let spans = try (0..<100).map { _ in try #require(tracer.begin()) }
        #expect(Set(spans.map(\.trace)).count == 100)
        #expect(Set(spans.map(\.trace.high)).count == 100 && Set(spans.map(\.trace.low)).count == 100)
        #expect(spans.allSatisfy { $0.flags == [.sampled, .random] && $0.state == nil })
    }

    @Test func tellsTheWallTimeThatItWasLastSetTo() {
        let readings = Mutex<[Tracer.Reading]>([(1_000_500, 500), (1_000_900, 700)])
        let tracer = Tracer(Sampler(.alwaysOn), queue: queue) { readings.withLock { $0.removeFirst() } }
        #expect(tracer.wallTime(of: 600) == 1_000_600)
        tracer.synchronize()
        #expect(tracer.wallTime(of: 600) == 1_000_800)
    }

    private func span(_ number: UInt64) -> TraceSpan {
        TraceSpan(
            "test", .server, at: TraceContext(trace: TraceID(high: 0, low: 1)!, span: SpanID(number)!, flags: .sampled),
            under: nil, from: 0, to: 1, attributes: [], isError: false)
    }

    @Test func theQueueHoldsSoMuchAndCountsTheRest() {
        let tracer = tracer(.alwaysOn)
        for number in 1...10 { tracer.record(span(UInt64(number))) }
        #expect((queue.count, queue.dropped) == (8, 2))
        #expect(queue.take().map(\.context.span.number) == [1, 2, 3, 4])
        tracer.record(span(11))
        #expect(queue.take().map(\.context.span.number) == [5, 6, 7, 8])
        #expect(queue.take().map(\.context.span.number) == [11])
        #expect(queue.take().isEmpty && queue.dropped == 2)
    }

    @Test func aWholeBatchEndsTheWait() async {
        let queue = queue
        async let wait: Void = queue.signal.wait()
        for number in 1...4 { queue.add(span(UInt64(number))) }
        await wait
        #expect(queue.hasBatch)
    }

    @Test func aSignalIsKeptUntilItIsWaitedFor() async {
        let signal = Signal()
        signal.send()
        signal.send()
        await signal.wait()
        let waiting = Task { await signal.wait() }
        waiting.cancel()
        await waiting.value
    }

    /// A signal and a cancellation that come at once: the wait ends, and once.
    @Test func theWaitEndsWhateverComesFirst() async {
        let signal = Signal()
        for _ in 0..<10_000 {
            let waiting = Task { await signal.wait() }
            async let sending: Void = Task { signal.send() }.value
            waiting.cancel()
            await waiting.value
            await sending
        }
    }
}
