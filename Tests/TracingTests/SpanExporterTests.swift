import Curl
import Formats
import Foundation
import Synchronization
import TestSupport
import Testing
import UpstreamTestSupport

@testable import Tracing

/// The export on a manual clock.
@Suite struct SpanExporterTests {
    /// An exporter that runs, and what it was told and says.
    private final class Bench: Sendable {
        let clock: ManualClock
        let transport: ScriptedTransport
        let queue: SpanQueue
        let exporter: SpanExporter
        private let tracer: Tracer
        private let heard = Events()

        init(_ steps: [ScriptedTransport.Step], isLocal: Bool = false) {
            clock = ManualClock(wallStart: 1_795_500_000_000)
            transport = ScriptedTransport(steps)
            queue = SpanQueue(limit: 8, batch: 4)
            tracer = Tracer(Sampler(.alwaysOn), queue: queue) { (1_000, 0) }
            let options = ExportOptions(
                url: "http://collector.example:4318/v1/traces", isLocal: isLocal, headers: [("x-key", "secret")],
                timeout: .seconds(10), delay: .seconds(5), resource: [SpanAttribute("service.name", "a")],
                scope: ("b", "1"))
            exporter = SpanExporter(
                options, from: tracer, over: transport,
                wallTime: { [clock] in Timestamp(millisecondsSinceEpoch: clock.millisecondsSinceEpoch) },
                now: { [clock] in clock.now }, sleep: clock.sleep, random: { 1 },
                report: { [heard] in heard.add($0) })
        }

        var events: [ExportEvent] { heard.all }

        func add(_ count: Int) {
            for number in 0..<count {
                tracer.record(
                    TraceSpan(
                        "test", .server, at: tracer.begin()!, under: nil, from: Int64(number), to: 10, attributes: [],
                        isError: false))
            }
        }

        /// Runs the exporter while `body` works, then stops it and waits for its end.
        func run(_ body: () async throws -> Void) async rethrows {
            let exporting = Task { await exporter.run() }
            do {
                try await body()
            } catch {
                exporter.stop()
                throw error
            }
            exporter.stop()
            await exporting.value
        }
    }

    private final class Events: Sendable {
        private let list = Mutex<[ExportEvent]>([])

        var all: [ExportEvent] { list.withLock(\.self) }

        func add(_ event: ExportEvent) { list.withLock { $0.append(event) } }
    }

    private static func status(_ status: Int, _ fields: [(name: String, value: String)] = [], _ body: String = "{}")
        -> ScriptedTransport.Step
    {
        { _ in .success(CurlResponse(status: status, headers: CurlHeaders(fields), body: Array(body.utf8))) }
    }

    @Test func aWholeBatchGoesAtOnce() async {
        let bench = Bench([Self.status(200)])
        await bench.run {
            bench.add(4)
            #expect(await eventually { bench.exporter.counts.exported == 4 })
        }
        let request = bench.transport.requests[0]
        #expect(request.url == "http://collector.example:4318/v1/traces" && request.method == "POST")
        #expect(request.headers.map { "\($0): \($1)" } == ["Content-Type: application/json", "x-key: secret"])
        #expect(bench.events.isEmpty && bench.transport.requests.count == 1)
    }

    /// A proxy would ask the collector of its own machine.
    @Test(arguments: [false, true]) func noProxyStandsBeforeACollectorOnThisMachine(isLocal: Bool) async {
        let bench = Bench([Self.status(200)], isLocal: isLocal)
        await bench.run { bench.add(1) }
        #expect(bench.transport.requests.map(\.bypassesProxies) == [isLocal])
    }

    @Test func theFirstSpanWaitsNoLongerThanTheDelay() async {
        let bench = Bench([Self.status(200)])
        await bench.run {
            #expect(await eventually { bench.clock.sleepers == 1 })
            bench.add(1)
            bench.clock.advance(by: .milliseconds(4_999))
            #expect(bench.transport.requests.isEmpty)
            bench.clock.advance(by: .milliseconds(1))
            #expect(await eventually { bench.exporter.counts.exported == 1 })
        }
    }

    @Test(arguments: [429, 502, 503, 504]) func isRetriedWhereThatCanHelp(status: Int) async {
        let bench = Bench([Self.status(status), Self.status(status), Self.status(200)])
        await bench.run {
            bench.add(4)
            for pause in [1_000, 1_500] {
                #expect(
                    await eventually { bench.clock.sleepers == 1 && bench.clock.sleeps.last == .milliseconds(pause) })
                bench.clock.advance(by: .milliseconds(pause))
            }
            #expect(await eventually { bench.exporter.counts.exported == 4 })
        }
        #expect(bench.events == [.failing("status \(status)"), .working])
        #expect(bench.exporter.counts.failedExports == 0 && bench.exporter.counts.lost == 0)
    }

    @Test(arguments: [400, 401, 404, 413, 500, 501, 301]) func isNotRetriedWhereThatCannotHelp(status: Int) async {
        let bench = Bench([Self.status(status), Self.status(status), Self.status(200)])
        await bench.run {
            for _ in 0..<3 {
                bench.add(4)
                #expect(await eventually { bench.queue.count == 0 })
            }
            #expect(await eventually { bench.exporter.counts.exported == 4 })
        }
        #expect(bench.exporter.counts.lost == 8 && bench.exporter.counts.failedExports == 2)
        #expect(bench.events == [.failing("status \(status)"), .working])
    }

    @Test func givesABatchUpAfterFiveAttempts() async {
        let down: ScriptedTransport.Step = { _ in .failure(.couldNotConnect) }
        let bench = Bench(Array(repeating: down, count: 5) + [Self.status(200)])
        await bench.run {
            bench.add(4)
            for pause in [1_000, 1_500, 2_250, 3_375] {
                #expect(
                    await eventually { bench.clock.sleeps.last == .milliseconds(pause) && bench.clock.sleepers == 1 })
                bench.clock.advance(by: .milliseconds(pause))
            }
            #expect(await eventually { bench.exporter.counts.lost == 4 })
            // The next batch leaves the collector alone for a while too.
            bench.add(4)
            #expect(await eventually { bench.clock.sleeps.last == .seconds(5) && bench.clock.sleepers == 1 })
            #expect(bench.transport.requests.count == 5)
            bench.clock.advance(by: .seconds(5))
            #expect(await eventually { bench.exporter.counts.exported == 4 })
        }
        #expect(bench.events == [.failing("the connection could not be made"), .working])
    }

    @Test(arguments: [
        ("30", 30), ("0", 0), ("Tue, 24 Nov 2026 06:00:20 GMT", 20), ("Tue, 24 Nov 2026 05:00:00 GMT", 0), ("soon", 1),
        ("-1", 1),
    ])
    func comesBackWhenTheCollectorSays(field: String, pause: Int) async {
        let bench = Bench([Self.status(503, [("retry-after", field)]), Self.status(200)])
        await bench.run {
            bench.add(4)
            if pause > 0 {
                #expect(await eventually { bench.clock.sleepers == 1 && bench.clock.sleeps.last == .seconds(pause) })
                #expect(bench.transport.requests.count == 1)
                bench.clock.advance(by: .seconds(pause))
            }
            #expect(await eventually { bench.exporter.counts.exported == 4 })
        }
    }

    @Test func aCollectorThatWantsLongerThanAMinuteLosesTheBatch() async {
        let bench = Bench([Self.status(503, [("Retry-After", "61")]), Self.status(200)])
        await bench.run {
            bench.add(4)
            #expect(await eventually { bench.exporter.counts.lost == 4 })
            bench.add(4)
            #expect(await eventually { bench.clock.sleepers == 1 && bench.clock.sleeps.last == .seconds(60) })
            bench.clock.advance(by: .seconds(60))
            #expect(await eventually { bench.exporter.counts.exported == 4 })
        }
    }

    @Test func aStopSendsWhatIsLeftWithoutAPause() async {
        let bench = Bench([Self.status(503, [("Retry-After", "30")]), Self.status(503), Self.status(200)])
        await bench.run {
            bench.add(4)
            #expect(await eventually { bench.clock.sleepers == 1 && bench.clock.sleeps.last == .seconds(30) })
            bench.add(3)
        }
        #expect(bench.exporter.counts.lost == 4 && bench.exporter.counts.exported == 3)
        #expect(bench.queue.count == 0)
    }

    @Test func aCancelledExportDropsWhatIsLeft() async {
        let bench = Bench([])
        let exporting = Task { await bench.exporter.run() }
        #expect(await eventually { bench.clock.sleepers == 1 })
        bench.add(3)
        exporting.cancel()
        await exporting.value
        #expect(bench.exporter.counts.lost == 3 && bench.queue.count == 0 && bench.transport.requests.isEmpty)
    }

    @Test(arguments: [
        (#"{"partialSuccess":{"rejectedSpans":"3","errorMessage":"too old"}}"#, 3),
        (#"{"partialSuccess":{"rejectedSpans":1}}"#, 1), (#"{"partialSuccess":{"rejectedSpans":"9"}}"#, 4),
        (#"{"partialSuccess":{"errorMessage":"slow"}}"#, 0), ("", 0), ("no JSON", 0),
        (#"{"partialSuccess":{"rejectedSpans":"-1"}}"#, 0),
    ])
    func countsWhatTheCollectorRejects(body: String, rejected: Int) async {
        let bench = Bench([Self.status(200, [], body), Self.status(200, [], body)])
        await bench.run {
            for round in 1...2 {
                bench.add(4)
                #expect(await eventually { bench.exporter.counts.exported == round * (4 - rejected) })
                #expect(await eventually { bench.exporter.counts.rejected == round * rejected })
            }
        }
        #expect(bench.events == (rejected > 0 ? [.rejecting(rejected)] : []))
    }
}
