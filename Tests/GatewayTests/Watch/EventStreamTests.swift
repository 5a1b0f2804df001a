import HTTPExchange
import HTTPTypes
import Telemetry
import TestSupport
import Testing
import Transcribe

@testable import Gateway

@Suite struct EventStreamTests {
    /// Lets the job change, until the client has been woken for it.
    private func change(_ bench: TestBench, _ reason: String, of client: StreamClient) async {
        var job = Job.running("a")
        job.failureReason = reason
        bench.source.put("a", job)
        let seen = client.wakeUpCount
        await bench.pass(.seconds(6)) { client.wakeUpCount > seen }
    }

    @Test func sendsTheJobAndEachChangeUntilItIsDone() async throws {
        try await TestBench().run { bench in
            bench.source.put("a", .running("a"))
            let reply = await bench.get("/jobs/a/events")
            #expect(reply.status == .ok && reply.field("Content-Type") == "text/event-stream")
            #expect(reply.field("Cache-Control") == "no-store" && reply.field("X-Accel-Buffering") == "no")
            #expect(reply.field("RateLimit") != nil && reply.field("X-Request-Id") != nil)
            let client = try StreamClient(reply)
            let job = await bench.get("/jobs/a")
            let tag = try #require(job.field("ETag"))
            let first = try #require(client.read())
            #expect(first.hasPrefix("retry: ") && first.hasSuffix("\nevent: job\nid: \(tag)\ndata: \(job.text)\n\n"))
            #expect(client.read() == nil && client.read(afterSilence: true) == ":\n\n")
            bench.source.put("a", .finished("a"))
            await bench.pass(.seconds(6)) { client.wakeUpCount > 0 }
            let last = await bench.get("/jobs/a")
            #expect(client.wakeUpCount == 1)
            #expect(client.read() == "event: job\nid: \(last.field("ETag") ?? "")\ndata: \(last.text)\n\n")
            #expect(client.read() == "end")
            client.leave()
            #expect(bench.gateway.watches.places.takenCount == 0)
        }
    }

    @Test func honoursTheMembersThatAreAskedFor() async throws {
        try await TestBench().run { bench in
            bench.source.put("a", .running("a"))
            let client = try StreamClient(await bench.get("/jobs/a/events?fields=status"))
            #expect(client.read()?.contains(#"data: {"status":"IN_PROGRESS"}"#) == true)
            #expect(await bench.get("/jobs/a/events?wait=4").status == .badRequest)
            #expect(await bench.get("/jobs/a/event").status == .notFound)
            #expect(await bench.get("/jobs/a/events/").status == .notFound)
            #expect(await bench.get("/jobs/events").status == .notFound)
        }
    }

    @Test func resumesFromTheLastEvent() async throws {
        try await TestBench().run { bench in
            bench.source.put("a", .running("a"))
            let tag = try #require(await bench.get("/jobs/a").field("ETag"))
            let known = try StreamClient(await bench.get("/jobs/a/events", [(.lastEventID, tag)]))
            let preamble = try #require(known.read())
            let retry = try #require(Int(preamble.dropFirst("retry: ".count).dropLast(2)))
            #expect((1_000...5_000).contains(retry) && known.read() == nil)
            let changed = try StreamClient(await bench.get("/jobs/a/events", [(.lastEventID, #""older""#)]))
            #expect(changed.read()?.contains("event: job") == true)
        }
    }

    /// A browser connects again when the stream has ended: 204 tells it that there is nothing more.
    @Test func tellsABrowserNotToComeAgain() async throws {
        try await TestBench().run { bench in
            bench.source.put("a", .finished("a"))
            let tag = try #require(await bench.get("/jobs/a").field("ETag"))
            let client = try StreamClient(await bench.get("/jobs/a/events"))
            #expect(client.read()?.contains(tag) == true && client.read() == "end")
            #expect(await bench.get("/jobs/a/events", [(.lastEventID, tag)]).status == .noContent)
        }
    }

    @Test func saysAProblemBeforeTheStreamBegins() async throws {
        try await TestBench { $0.watch.perClient = 1 }.run { bench in
            let missing = await bench.get("/jobs/a/events")
            #expect(missing.status == .notFound && missing.stream == nil)
            bench.source.put("b", .running("b"))
            let first = await bench.get("/jobs/b/events")
            #expect(first.stream != nil)
            #expect(await bench.get("/jobs/b/events").status == .tooManyRequests)
        }
    }

    @Test func endsWhenTheJobIsGone() async throws {
        try await TestBench().run { bench in
            bench.source.put("a", .running("a"))
            let client = try StreamClient(await bench.get("/jobs/a/events"))
            _ = client.read()
            bench.source.fail("a", .jobNotFound(ResponseOrigin(status: 400)))
            await bench.pass(.seconds(6)) { client.wakeUpCount > 0 }
            #expect(client.read() == "end")
        }
    }

    @Test func leavesOutWhatASlowClientMissed() async throws {
        try await TestBench().run { bench in
            bench.source.put("a", .running("a"))
            let client = try StreamClient(await bench.get("/jobs/a/events"))
            _ = client.read()
            for reason in ["one", "two", "three"] { await change(bench, reason, of: client) }
            #expect(client.read()?.contains("three") == true && client.read() == nil)
            let page = String(decoding: bench.registry.render(), as: UTF8.self)
            #expect(page.contains("transcribe_gateway_watch_conflated_events_total 2"))
        }
    }

    /// The server drops a stream that it never read, such as one whose client has left meanwhile.
    @Test func givesBackThePlaceOfAStreamThatNeverBegan() async throws {
        try await TestBench().run { bench in
            bench.source.put("a", .running("a"))
            do {
                let reply = await bench.get("/jobs/a/events")
                #expect(reply.stream != nil && bench.gateway.watches.places.takenCount == 1)
            }
            #expect(bench.gateway.watches.places.takenCount == 0 && bench.gateway.watches.count == 0)
        }
    }

    @Test func streamsNothingToHead() async throws {
        try await TestBench().run { bench in
            bench.source.put("a", .running("a"))
            let reply = await bench.get("/jobs/a/events", method: .head)
            #expect(reply.status == .ok && reply.field("Content-Type") == "text/event-stream")
            #expect(bench.gateway.watches.places.takenCount == 0)
        }
    }

    /// A browser adds `no-cache` to each request of an EventSource.
    @Test func costsNoCallWhereTheJobIsKnown() async throws {
        try await TestBench().run { bench in
            bench.source.put("a", .running("a"))
            _ = await bench.get("/jobs/a")
            bench.clock.advance(by: .seconds(2))
            let reply = await bench.get(
                "/jobs/a/events", [(.cacheControl, "no-cache"), (HTTPField.Name("Sec-Fetch-Mode")!, "cors")])
            #expect(reply.stream != nil && bench.source.calls == 1)
        }
    }

    @Test func countsNoEventThatCameBeforeAStream() async throws {
        try await TestBench().run { bench in
            bench.source.put("a", .running("a"))
            let first = try StreamClient(await bench.get("/jobs/a/events"))
            _ = first.read()
            for reason in ["one", "two", "three"] {
                await change(bench, reason, of: first)
                _ = first.read()
            }
            let second = try StreamClient(await bench.get("/jobs/a/events"))
            #expect(second.read()?.contains("three") == true)
            let page = String(decoding: bench.registry.render(), as: UTF8.self)
            #expect(page.contains("transcribe_gateway_watch_conflated_events_total 0"))
        }
    }

    @Test func rendersAnEventOnceForAllThatStreamIt() async throws {
        try await TestBench { $0.watch.perClient = 100 }.run { bench in
            bench.source.put("a", .running("a"))
            let replies = await [bench.get("/jobs/a/events"), bench.get("/jobs/a/events")]
            for reply in replies { _ = try StreamClient(reply).read() }
            #expect(bench.gateway.watches.count == 1 && bench.gateway.watches.groupCount == 1)
        }
    }
}
