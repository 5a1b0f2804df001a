public import Curl
public import Formats
import Synchronization

/// Sends ended spans to a collector, batch after batch, in a task of its own. Safe to use from any thread.
///
/// A batch goes out when it is complete, or when its first span has waited for ``ExportOptions/delay``. One that the
/// collector cannot take now is sent again, with growing pauses or when the collector says, up to ``mostAttempts`` times
/// within a minute; meanwhile the queue fills, and what it has no room for is dropped.
public final class SpanExporter: Sendable {
    private struct State {
        var counts = ExportCounts()
        var isStopping = false
        var isFailing = false
        var isRejecting = false
        /// The collector wants nothing before.
        var pauseEnd: ContinuousClock.Instant?
    }

    static let mostAttempts = 5
    /// How long a batch is kept, and how long the collector is left alone at most.
    static let longestPause = Duration.seconds(60)
    private static let firstPause = Duration.seconds(1)
    private static let longestBackoff = Duration.seconds(5)

    private let options: ExportOptions
    private let tracer: Tracer
    private let document: OTLPDocument
    private let collector: Collector
    private let now: @Sendable () -> ContinuousClock.Instant
    private let sleep: @Sendable (ContinuousClock.Instant) async throws(CancellationError) -> Void
    private let random: @Sendable () -> Double
    private let report: @Sendable (ExportEvent) -> Void
    private let state = Mutex(State())

    /// - Parameters:
    ///   - wallTime: by which a date in `Retry-After` is read.
    ///   - sleep: waits until an instant of `now`.
    ///   - random: a number from 0 to 1, the jitter of the pauses.
    ///   - report: called in the task of ``run()``.
    public init(
        _ options: ExportOptions, from tracer: Tracer, over transport: any Transport,
        wallTime: @escaping @Sendable () -> Timestamp, now: @escaping @Sendable () -> ContinuousClock.Instant,
        sleep: @escaping @Sendable (ContinuousClock.Instant) async throws(CancellationError) -> Void,
        random: @escaping @Sendable () -> Double = { .random(in: 0..<1) },
        report: @escaping @Sendable (ExportEvent) -> Void
    ) {
        self.options = options
        self.tracer = tracer
        document = OTLPDocument(resource: options.resource, scope: options.scope) { tracer.wallTime(of: $0) }
        collector = Collector(options, over: transport, wallTime: wallTime)
        self.now = now
        self.sleep = sleep
        self.random = random
        self.report = report
    }

    public var counts: ExportCounts { state.withLock(\.counts) }

    /// Spans that were dropped because there was no room in the queue.
    public var droppedSpans: Int { tracer.queue.dropped }

    /// Exports until ``stop()``, and then what is left: each batch once, without a pause. A cancelled task drops it instead.
    public func run() async {
        while !isEnding {
            let end = now() + options.delay
            while !isEnding, !tracer.queue.hasBatch, now() < end { await pause(until: end) }
            tracer.synchronize()
            repeat { await export(tracer.queue.take()) } while tracer.queue.hasBatch && !isEnding
        }
        while tracer.queue.count > 0 { await export(tracer.queue.take()) }
    }

    /// Lets ``run()`` return soon.
    public func stop() {
        state.withLock { $0.isStopping = true }
        tracer.queue.signal.send()
    }

    private var isEnding: Bool { Task.isCancelled || state.withLock(\.isStopping) }

    private func export(_ spans: [TraceSpan]) async {
        guard !spans.isEmpty else { return }
        let content = document.bytes(of: spans)
        let end = now() + Self.longestPause
        var attempts = 0
        while true {
            if let pauseEnd = state.withLock(\.pauseEnd) { await rest(until: pauseEnd) }
            guard !Task.isCancelled else { return fail(spans.count, nil) }
            attempts += 1
            switch await collector.take(content, by: now() + options.timeout) {
            case .taken(let rejected): return succeed(spans.count, rejected)
            case .refused(let reason): return fail(spans.count, reason)
            case .unavailable(let reason, let advice):
                report(failure: reason)
                let pause = advice ?? backoff(after: attempts)
                state.withLock { $0.pauseEnd = now() + min(pause, Self.longestPause) }
                guard attempts < Self.mostAttempts, now() + pause <= end, !isEnding else {
                    return fail(spans.count, reason)
                }
            }
        }
    }

    /// A second, and half as much again after each further attempt, up to five (OTLP, "Failures": exponential back-off with
    /// jitter).
    private func backoff(after attempts: Int) -> Duration {
        var pause = Self.firstPause
        for _ in 1..<attempts { pause = min(pause * 3 / 2, Self.longestBackoff) }
        return pause * (0.5 + random() / 2)
    }

    private func succeed(_ count: Int, _ rejected: Int) {
        let events = state.withLock { state in
            let rejected = min(rejected, count)
            state.counts.exported += count - rejected
            state.counts.rejected += rejected
            var events: [ExportEvent] = state.isFailing ? [.working] : []
            if rejected > 0, !state.isRejecting { events.append(.rejecting(rejected)) }
            (state.isFailing, state.isRejecting, state.pauseEnd) = (false, rejected > 0, nil)
            return events
        }
        for event in events { report(event) }
    }

    /// - Parameter reason: nil for spans that were not sent because the program ends.
    private func fail(_ count: Int, _ reason: String?) {
        state.withLock { state in
            state.counts.lost += count
            state.counts.failedExports += 1
        }
        if let reason { report(failure: reason) }
    }

    private func report(failure reason: String) {
        let isNews = state.withLock { state in
            defer { state.isFailing = true }
            return !state.isFailing
        }
        if isNews { report(.failing(reason)) }
    }

    /// Waits until a time, or the stop.
    private func rest(until end: ContinuousClock.Instant) async {
        while !isEnding, now() < end { await pause(until: end) }
    }

    /// Waits until a time, or a signal of the queue.
    private func pause(until end: ContinuousClock.Instant) async {
        await withDiscardingTaskGroup { tasks in
            let signal = tracer.queue.signal
            tasks.addTask {
                if (try? await self.sleep(end)) != nil { signal.send() }
            }
            await signal.wait()
            tasks.cancelAll()
        }
    }
}
