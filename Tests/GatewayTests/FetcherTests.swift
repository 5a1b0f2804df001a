import Caching
import HTTPExchange
import HTTPTypes
import RateLimiting
import Synchronization
import Telemetry
import TestSupport
import Testing
import Transcribe
import UpstreamTestSupport

@testable import Gateway

@Suite struct FetcherTests {
    private let clock = ManualClock()
    private let source = FakeSource()

    private func fetcher(burst: Int) -> Fetcher {
        var options = GatewayOptions()
        options.admission = AdmissionOptions(rate: Rate(15, per: .seconds(1)), burst: burst, concurrency: 32)
        options.time = clock.source
        let recorder = RequestRecorder(log: nil, names: NameHash(), registry: PrometheusRegistry())
        let inForce = OptionsInForce(options)
        return Fetcher(
            source: source, lists: nil, options: inForce, cache: JobCache(capacity: 1 << 20, shards: 1),
            recorder: recorder,
            watches: JobWatches(
                inForce, hasLists: false, metrics: recorder.watch, render: { job, _, _ in job.rendering },
                stored: { _ in nil }))
    }

    private func request(
        _ name: JobName, because reason: ForwardReason = .stale, _ priority: CallPriority
    ) -> FetchRequest {
        FetchRequest(name: name, reason: reason, caller: 1, priority: priority)
    }

    private func waiter(_ name: JobName, _ results: Results, reason: ForwardReason = .miss) -> Waiter {
        Waiter(request: request(name, because: reason, reason == .request ? .forced : .interactive)) {
            result, isCollapsed in
            results.add(result, isCollapsed)
            return nil
        }
    }

    /// The refresh may not take the last token. An interactive waiter for the same job may, and gets it.
    @Test func givesWhoWaitsTheTokenThatItsFlightHadToLeave() async throws {
        let fetcher = fetcher(burst: 3)
        let (name, results) = (try JobName("a"), Results())
        for _ in 1...2 {
            try await fetcher.admission.admit(1, priority: .interactive, by: .now + .seconds(5)).finish(.answered)
        }
        fetcher.refresh(request(name, .background))
        #expect(fetcher.join(as: waiter(name, results), isUrgent: true) == nil)
        #expect(fetcher.join(as: waiter(name, results, reason: .request), isUrgent: true) == nil)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await fetcher.run() }
            #expect(await eventually { results.count == 2 })
            group.cancelAll()
        }
        #expect(source.calls == 1)
        // The forced refresh was refused with the background one. The interactive waiter began another fetch, as its first.
        #expect(results.summary == ["failed collapsed", "answered"])
    }

    /// While more interactive calls are wanted than can be made, a stored job that is too old to be served while it is
    /// refreshed may take a call that is owed to refreshes.
    @Test func refreshesAStoredJobFromTheShareOfRefreshes() async throws {
        let bench = TestBench {
            $0.timeout = .milliseconds(500)
            $0.admission.burst = 15
        }
        try await bench.run { bench in
            bench.source.put("a", .running("a"))
            for name in ["a"] + (1...12).map({ "other-\($0)" }) { _ = await bench.get("/jobs/\(name)") }
            bench.clock.advance(by: .seconds(60))
            // The budget is used up for a second. After half of it one miss may wait; the next would be too late.
            for number in 1...15 { _ = await bench.get("/jobs/early-\(number)") }
            bench.clock.advance(by: .milliseconds(600))
            async let waiting = bench.get("/jobs/first")
            #expect(await eventually { bench.gateway.fetcher.admissionStatus.waiting == 1 })
            #expect(await bench.get("/jobs/second").status.code == 503)
            async let stored = bench.get("/jobs/a")
            #expect(await eventually { bench.gateway.fetcher.admissionStatus.waiting == 2 })
            bench.clock.advance(by: .milliseconds(450))
            #expect(await stored.field("Cache-Status") == "transcribe-gateway; fwd=stale; stored")
            bench.clock.advance(by: .milliseconds(50))
            #expect(await waiting.status.code == 503)
        }
    }

    /// A miss of a stored job may ask a second time, as a refresh. Where neither is possible, the first refusal counts.
    @Test func aFetchIsRefusedOnceAndForItsOwnReason() async throws {
        try await TestBench { $0.admission.concurrency = 1 }.run { bench in
            bench.source.put("a", .running("a"))
            _ = await bench.get("/jobs/a")
            bench.clock.advance(by: .seconds(60))
            bench.source.hold("b")
            async let other = bench.get("/jobs/b")
            #expect(await eventually { bench.source.held == 1 })
            async let waiting = bench.get("/jobs/a")
            #expect(await eventually { bench.gateway.fetcher.admissionStatus.waiting == 1 })
            bench.clock.advance(by: .seconds(5))
            #expect(await waiting.field("Cache-Status") == "transcribe-gateway; hit; ttl=-60; detail=overloaded")
            #expect(bench.gateway.fetcher.admissionStatus.counts.refused == [.deadlineTooClose: 1])
            #expect(bench.registry.count("fetches_total{result=\"deadline_too_close\"}") == 1)
            bench.source.release("b")
            #expect(await other.status == .notFound)
        }
    }

    @Test func takesAllButTheFirstOfAFlightForCollapsedAndARefreshesWaitersToo() async throws {
        let fetcher = fetcher(burst: 10)
        let (first, second, results) = (try JobName("a"), try JobName("b"), Results())
        for _ in 1...2 { _ = fetcher.join(as: waiter(first, results), isUrgent: true) }
        fetcher.refresh(request(second, .background))
        _ = fetcher.join(as: waiter(second, results), isUrgent: true)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await fetcher.run() }
            #expect(await eventually { results.count == 3 })
            group.cancelAll()
        }
        #expect(results.summary.sorted() == ["answered", "answered collapsed", "answered collapsed"])
    }
}

/// What waiters were told.
private final class Results: Sendable {
    private let texts = Mutex<[String]>([])

    var count: Int { texts.withLock(\.count) }
    var summary: [String] { texts.withLock { $0 } }

    func add(_ result: FetchResult, _ isCollapsed: Bool) {
        let word =
            switch result {
            case .answered: "answered"
            case .failed, .remembered, .tooManyWaiting: "failed"
            }
        texts.withLock { $0.append(word + (isCollapsed ? " collapsed" : "")) }
    }
}
