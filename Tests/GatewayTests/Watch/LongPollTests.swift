import HTTPExchange
import HTTPTypes
import RateLimiting
import TestSupport
import Testing
import Transcribe

@testable import Gateway

@Suite struct LongPollTests {
    private static let other = PeerAddress(ipv4: 0x0A00_0001)

    @Test func answersWhenTheJobIsDone() async throws {
        try await TestBench().run { bench in
            bench.source.put("a", .running("a"))
            let begun = bench.begin("/jobs/a?wait=45")
            #expect(await eventually { bench.gateway.watches.count == 1 })
            #expect(begun.deadline == bench.clock.start + .seconds(45))
            await bench.pass(.seconds(6))
            #expect(bench.source.calls == 2 && begun.reply == nil)
            bench.source.put("a", .finished("a"))
            await bench.pass(.seconds(6)) { begun.reply != nil }
            let reply = try #require(begun.reply)
            #expect(reply.status == .ok && reply.text.contains(#""done":true"#))
            #expect(reply.field("Cache-Control") == "no-store" && reply.field("Retry-After") == nil)
            #expect(reply.field("Preference-Applied") == "wait=45")
            #expect(reply.field("ETag") != nil && reply.field("Age") == "0")
            #expect(reply.field("Cache-Status") == "transcribe-gateway; hit; ttl=600")
            #expect(bench.gateway.watches.count == 0 && bench.gateway.watches.places.takenCount == 0)
            let calls = bench.source.calls
            await bench.pass(.seconds(60))
            #expect(bench.source.calls == calls)
        }
    }

    @Test func answersAtOnceWhatItDoesNotWaitFor() async throws {
        try await TestBench().run { bench in
            bench.source.put("a", .finished("a"))
            #expect(await bench.get("/jobs/a?wait=45").status == .ok)
            let done = try #require(bench.begin("/jobs/a?wait=45").reply)
            #expect(done.field("Preference-Applied") == "wait=45" && done.field("Cache-Control") == "no-store")
            let missing = await bench.get("/jobs/b?wait=45")
            #expect(missing.status == .notFound)
            #expect(bench.begin("/jobs/b?wait=45").reply?.status == .notFound)
            bench.source.put("c", .running("c"))
            _ = await bench.get("/jobs/c")
            let unknown = bench.begin("/jobs/c?wait=45", [(.ifNoneMatch, #""another""#)])
            #expect(unknown.reply?.status == .ok)
            #expect(bench.begin("/jobs/c?wait=0").reply?.status == .ok)
            #expect(bench.begin("/jobs/c?wait=45", method: .head).reply?.status == .ok)
            #expect(bench.begin("/jobs/c?wait=45", [(.accept, "text/html")]).reply?.status == .ok)
        }
    }

    @Test func waitsWithATagForAnyOtherRepresentation() async throws {
        try await TestBench().run { bench in
            bench.source.put("a", .running("a"))
            let tag = try #require(await bench.get("/jobs/a").field("ETag"))
            let begun = bench.begin("/jobs/a", [(.ifNoneMatch, tag), (.prefer, "respond-async, wait=20")])
            #expect(begun.deadline == bench.clock.start + .seconds(20))
            var queued = Job.running("a")
            queued.failureReason = "none yet"
            bench.source.put("a", queued)
            await bench.pass(.seconds(6)) { begun.reply != nil }
            let reply = try #require(begun.reply)
            #expect(reply.status == .ok && reply.text.contains("none yet"))
            #expect(reply.field("ETag") != tag && reply.field("Preference-Applied") == "wait=20")
        }
    }

    @Test(arguments: [(false, HTTPResponse.Status.ok), (true, .notModified)])
    func tellsTheStateWhenNothingCame(isConditional: Bool, status: HTTPResponse.Status) async throws {
        try await TestBench().run { bench in
            bench.source.put("a", .running("a"))
            let tag = try #require(await bench.get("/jobs/a").field("ETag"))
            let begun = bench.begin("/jobs/a?wait=3", isConditional ? [(.ifNoneMatch, tag)] : [])
            await bench.pass(.seconds(3))
            let reply = try #require(begun.expire())
            #expect(reply.status == status && reply.field("ETag") == tag)
            #expect(reply.field("Retry-After") == nil && reply.field("Age") == "3")
            #expect(bench.gateway.watches.count == 0 && bench.gateway.watches.places.takenCount == 0)
        }
    }

    @Test func answersAtOnceWhenTheServerStops() async throws {
        try await TestBench().run { bench in
            bench.source.put("a", .running("a"))
            _ = await bench.get("/jobs/a")
            let reply = try #require(bench.begin("/jobs/a?wait=45").expire(.serverStopping))
            #expect(reply.status == .ok && reply.field("Retry-After") == "1")
        }
    }

    @Test func givesBackThePlaceOfAClientThatLeft() async throws {
        try await TestBench().run { bench in
            bench.source.put("a", .running("a"))
            _ = await bench.get("/jobs/a")
            let begun = bench.begin("/jobs/a?wait=45")
            #expect(bench.gateway.watches.places.takenCount == 1)
            // It may have finished sending only, and still read.
            #expect(begun.expire(.clientLeft)?.text.contains(#""done":false"#) == true)
            #expect(bench.gateway.watches.places.takenCount == 0 && bench.gateway.watches.count == 0)
        }
    }

    @Test func asksOnceForAllThatWait() async throws {
        try await TestBench {
            $0.watch.perClient = 1_000
            $0.clientLimit = nil
        }.run { bench in
            bench.source.put("a", .running("a"))
            _ = await bench.get("/jobs/a")
            let begun = (0..<1_000).map { bench.begin($0 % 2 == 0 ? "/jobs/a?wait=45" : "/jobs/a?wait=45&view=full") }
            #expect(bench.gateway.watches.count == 1 && bench.gateway.watches.groupCount == 2)
            await bench.pass(.seconds(21))
            #expect(bench.source.calls == 5)
            bench.source.put("a", .finished("a"))
            await bench.pass(.seconds(6)) { begun.allSatisfy { $0.reply != nil } }
            #expect(bench.source.calls == 6 && begun.allSatisfy { $0.reply?.status == .ok })
            #expect(begun[0].reply?.body === begun[2].reply?.body && begun[1].reply?.body === begun[3].reply?.body)
        }
    }

    /// A look at the job by anyone tells those that wait.
    @Test func isToldWhatAnotherRequestBrought() async throws {
        try await TestBench().run { bench in
            bench.source.put("a", .running("a"))
            _ = await bench.get("/jobs/a")
            let begun = bench.begin("/jobs/a?wait=45")
            bench.source.put("a", .finished("a"))
            bench.clock.advance(by: .milliseconds(1_500))
            _ = await bench.get("/jobs/a", [(.cacheControl, "no-cache")])
            #expect(await begun.answered()?.text.contains("COMPLETED") == true)
            #expect(bench.source.calls == 2)
        }
    }

    @Test func isToldThatTheJobIsGone() async throws {
        try await TestBench().run { bench in
            bench.source.put("a", .running("a"))
            _ = await bench.get("/jobs/a")
            let begun = bench.begin("/jobs/a?wait=45")
            bench.source.fail("a", .jobNotFound(ResponseOrigin(status: 400)))
            await bench.pass(.seconds(6)) { begun.reply != nil }
            #expect(begun.reply?.status == .notFound)
            #expect(bench.gateway.watches.count == 0)
        }
    }

    @Test func servesNothingOfAJobThatMayNotBeShownAnyMore() async throws {
        try await TestBench().run { bench in
            bench.source.put("a", .running("a"))
            _ = await bench.get("/jobs/a")
            let begun = bench.begin("/jobs/a?wait=45")
            bench.source.fail("a", .accessDenied(ResponseOrigin(status: 400)))
            await bench.pass(.seconds(6)) { begun.reply != nil }
            #expect(begun.reply?.text.contains("/problems/access-denied") == true)
        }
    }

    @Test func waitsOnWhileAmazonFailsAndSaysSoAtTheEnd() async throws {
        try await TestBench().run { bench in
            bench.source.put("a", .running("a"))
            _ = await bench.get("/jobs/a")
            let begun = bench.begin("/jobs/a?wait=12")
            bench.source.fail("a", .timedOut)
            await bench.pass(.seconds(12))
            #expect(begun.reply == nil)
            let reply = try #require(begun.expire())
            #expect(reply.status == .ok && reply.field("Age") == "12")
            #expect(reply.field("Cache-Status")?.contains("detail=stale-if-error") == true)
        }
    }

    @Test func looksAgainAfterAPurge() async throws {
        try await TestBench().run { bench in
            bench.source.put("a", .running("a"))
            _ = await bench.get("/jobs/a")
            let begun = bench.begin("/jobs/a?wait=45")
            bench.source.put("a", .finished("a"))
            bench.gateway.purge(try JobName("a"))
            #expect(await begun.answered()?.text.contains("COMPLETED") == true)
        }
    }

    @Test func refusesMoreThanAClientMayHave() async throws {
        try await TestBench {
            $0.watch.perClient = 2
            $0.watch.limit = 3
        }.run { bench in
            bench.source.put("a", .running("a"))
            _ = await bench.get("/jobs/a")
            let first = bench.begin("/jobs/a?wait=45")
            _ = bench.begin("/jobs/a?wait=45")
            let refused = try #require(bench.begin("/jobs/a?wait=45").reply)
            #expect(refused.status == .tooManyRequests && refused.field("Retry-After") == "5")
            #expect(refused.text.contains("/problems/too-many-watches"))
            _ = bench.begin("/jobs/a?wait=45", peer: Self.other)
            let full = try #require(bench.begin("/jobs/a?wait=45", peer: Self.other).reply)
            #expect(full.status == .serviceUnavailable && full.field("Retry-After") == "5")
            _ = first.expire()
            #expect(bench.begin("/jobs/a?wait=45", peer: Self.other).reply == nil)
        }
    }

    /// The members that are asked for are the same of a job that runs and of one that has ended.
    @Test func noticesTheEndOfAJobByWhatIsNotShown() async throws {
        try await TestBench().run { bench in
            bench.source.put("a", .running("a"))
            _ = await bench.get("/jobs/a")
            let begun = bench.begin("/jobs/a?wait=45&fields=name")
            let stream = try StreamClient(await bench.get("/jobs/a/events?fields=name"))
            #expect(stream.read()?.contains(#"data: {"name":"a"}"#) == true && stream.read() == nil)
            bench.source.put("a", .finished("a"))
            await bench.pass(.seconds(6)) { begun.reply != nil }
            #expect(begun.reply?.text == #"{"name":"a"}"#)
            #expect(stream.wakeUpCount > 0 && stream.read() == "end")
        }
    }

    /// A stream whose client reads nothing stays where the job is gone; those that come later have nothing to do with it.
    @Test func aWatchThatIsOverEndsNoLaterOne() async throws {
        try await TestBench().run { bench in
            bench.source.put("a", .running("a"))
            let old = try StreamClient(await bench.get("/jobs/a/events"))
            _ = old.read()
            bench.source.fail("a", .jobNotFound(ResponseOrigin(status: 400)))
            await bench.pass(.seconds(6)) { old.wakeUpCount > 0 }
            bench.source.put("a", .running("a"))
            await bench.pass(.seconds(3))
            #expect(await bench.get("/jobs/a").status == .ok)
            let begun = bench.begin("/jobs/a?wait=45")
            let stream = try StreamClient(await bench.get("/jobs/a/events"))
            #expect(begun.reply == nil && stream.read()?.contains("IN_PROGRESS") == true && stream.read() == nil)
            bench.source.put("a", .finished("a"))
            await bench.pass(.seconds(6)) { begun.reply != nil }
            #expect(begun.reply?.status == .ok && stream.read()?.contains("COMPLETED") == true)
            #expect(old.read() == "end")
        }
    }

    @Test func showsNothingThatWasAskedForBeforeAPurge() async throws {
        try await TestBench().run { bench in
            bench.source.put("a", .running("a"))
            let stream = try StreamClient(await bench.get("/jobs/a/events"))
            _ = stream.read()
            let begun = bench.begin("/jobs/a?wait=45")
            bench.source.hold("a")
            await bench.pass(.seconds(6)) { bench.source.held == 1 }
            #expect(bench.source.held == 1)
            bench.clock.advance(by: .milliseconds(1))
            bench.gateway.purge(try JobName("a"))
            var secret = Job.running("a")
            secret.failureReason = "of before the purge"
            bench.source.put("a", secret)
            bench.source.releaseThoseHeld("a")
            await bench.pass(.seconds(1)) { bench.source.calls == 3 }
            #expect(begun.reply == nil && stream.read() == nil && bench.gateway.watches.count == 1)
            bench.source.put("a", .finished("a"))
            bench.source.release("a")
            await bench.pass(.seconds(1)) { begun.reply != nil }
            #expect(bench.source.calls == 3 && begun.reply?.text.contains("COMPLETED") == true)
            #expect(stream.read()?.contains("COMPLETED") == true)
        }
    }

    @Test func takesNoPlaceForAWaitThatIsOver() async throws {
        try await TestBench { $0.watch.limit = 0 }.run { bench in
            bench.source.put("a", .running("a"))
            #expect(await bench.get("/jobs/a?wait=0").status == .ok)
            #expect(await bench.get("/jobs/a?wait=1").status == .serviceUnavailable)
        }
    }

    @Test(arguments: ["wait=", "wait=x", "wait=1&wait=2", "wait=-1", "wait=1&x=2", "view=full&wait=1&view=full"])
    func refusesAQueryThatItCannotRead(query: String) async {
        let refused = await TestBench().get("/jobs/a?\(query)")
        #expect(refused.status == .badRequest && refused.text.contains("/problems/invalid-query"))
    }

    @Test(arguments: [
        ("wait=10", 10), ("WAIT = \"7\"", 7), ("respond-async, wait=3;x=y", 3), ("wait", nil), ("wait=x", nil),
        ("waiting=3", nil), ("handling=lenient", nil), ("", nil), ("wait=2, wait=9", 2),
        ("wait=99999999999999999999", Int(Int32.max)),
    ])
    func readsThePreference(value: String, seconds: Int?) {
        #expect(PreferField.wait(in: value) == seconds)
    }

    @Test func isClampedByTheLongestWait() async throws {
        try await TestBench { $0.watch.longestWait = .seconds(9) }.run { bench in
            bench.source.put("a", .running("a"))
            _ = await bench.get("/jobs/a")
            let begun = bench.begin("/jobs/a?wait=86400")
            #expect(begun.deadline == bench.clock.start + .seconds(9))
            #expect(begun.expire()?.field("Preference-Applied") == "wait=9")
        }
    }

    /// Without a place in the cache, and with a tag of a stale one, the wait goes on from what is known.
    @Test func doesNotWaitForARefreshThatIsDueAnyway() async throws {
        try await TestBench().run { bench in
            bench.source.put("a", .running("a"))
            _ = await bench.get("/jobs/a")
            bench.clock.advance(by: .seconds(7))
            bench.source.hold("a")
            let begun = bench.begin("/jobs/a?wait=2")
            #expect(begun.deadline == bench.clock.now + .seconds(2))
            #expect(begun.expire()?.status == .ok)
            bench.source.release("a")
        }
    }

    /// A thousand watched jobs on 15 calls a second: each has its turn, and a request that needs a call gets one.
    @Test func asksForEachWatchedJobInItsTurn() async throws {
        try await TestBench {
            $0.watch.perClient = 1_000
            $0.clientLimit = nil
            $0.admission = AdmissionOptions(rate: nil, burst: 1, concurrency: 1_000)
        }.run { bench in
            for number in 0..<300 {
                bench.source.put("job\(number)", .running("job\(number)"))
                _ = await bench.get("/jobs/job\(number)")
            }
            let begun = (0..<300).map { bench.begin("/jobs/job\($0)?wait=45") }
            await bench.pass(.seconds(26))
            #expect((0..<300).allSatisfy { (5...6).contains(bench.source.calls(for: "job\($0)")) })
            #expect(begun.allSatisfy { $0.reply == nil })
        }
    }
}
