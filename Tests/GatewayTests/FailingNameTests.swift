import Curl
import HTTPExchange
import HTTPTypes
import RateLimiting
import TestSupport
import Testing
import Transcribe

@testable import Gateway

/// A name that fails while others are answered concerns no other name.
@Suite struct FailingNameTests {
    private static let origin = ResponseOrigin(status: 500)
    private static let errors: [TranscribeError] = [
        .upstreamFailed(origin), .malformedResponse(.notAJob, origin), .accessDenied(origin), .badRequest(origin),
        .unreachable(.closedEarly), .timedOut,
    ]

    /// One client polls a failing name twelve times a second for half a minute. After ten seconds others ask for 25 jobs.
    @Test(arguments: errors, [[], [(HTTPField.Name.cacheControl, "no-cache")]])
    func aPolledNameThatFailsKeepsNoOtherOut(error: TranscribeError, fields: [(HTTPField.Name, String)]) async throws {
        try await TestBench { $0.clientLimit = nil }.run { bench in
            bench.source.fail("bad", error)
            for number in 0..<25 { bench.source.put("good-\(number)", .finished("good-\(number)")) }
            let replies = await withTaskGroup(of: Reply?.self) { group in
                for tick in 0..<432 {
                    bench.clock.advance(by: .seconds(1) / 12)
                    if tick < 360 {
                        group.addTask {
                            _ = await bench.get("/jobs/bad", fields)
                            return nil
                        }
                        if tick >= 120, tick % 8 == 0, tick < 320 {
                            group.addTask { await bench.get("/jobs/good-\((tick - 120) / 8)") }
                        }
                    }
                    await settle(bench)
                }
                return await group.reduce(into: []) { $0.append(contentsOf: [$1].compactMap(\.self)) }
            }
            #expect(replies.count == 25)
            #expect(replies.count { $0.status == .ok } == 25)
            // Twice at once, then every two seconds.
            #expect(bench.source.calls(for: "bad") <= 17)
        }
    }

    /// Waits until every fetch waits for its turn.
    private func settle(_ bench: TestBench) async {
        for _ in 0..<20 { await Task.yield() }
        await eventually { bench.gateway.fetcher.fetchesInFlight == bench.gateway.fetcher.admissionStatus.waiting }
    }

    @Test(arguments: errors) func isRememberedFromTheSecondFailureOn(error: TranscribeError) async throws {
        try await TestBench().run { bench in
            bench.source.fail("a", error)
            let statuses = [await bench.get("/jobs/a").status, await bench.get("/jobs/a").status]
            #expect(bench.source.calls == 2)
            let remembered = await bench.get("/jobs/a", [(.cacheControl, "no-cache")])
            #expect([remembered.status] + statuses == Array(repeating: remembered.status, count: 3))
            #expect(remembered.status.code >= 500)
            #expect(remembered.field("Retry-After") == "2")
            #expect(bench.source.calls == 2)
            bench.source.put("a", .finished("a"))
            bench.clock.advance(by: .seconds(2))
            #expect(await bench.get("/jobs/a").status == .ok)
        }
    }

    /// A demand on a job whose refresh fails is answered with the stored job, and asks AWS every two seconds.
    @Test(arguments: [["no-cache"], ["max-age=0", "max-stale"]])
    func aDemandOnAFailingJobIsHeldToo(directives: [String]) async throws {
        try await TestBench().run { bench in
            bench.source.put("a", .running("a"))
            _ = await bench.get("/jobs/a")
            bench.source.fail("a", .upstreamFailed(Self.origin))
            for tick in 0..<60 {
                bench.clock.advance(by: .seconds(1) / 12)
                let reply = await bench.get("/jobs/a", directives.map { (.cacheControl, $0) })
                #expect(reply.status == .ok)
                #expect(tick < 12 || reply.field("Cache-Status")?.hasSuffix("detail=stale-if-error") == true)
            }
            // One before, and in four seconds two at once and one more.
            #expect(bench.source.calls <= 4)
        }
    }

    /// Without the right to show the stored job the problem is remembered in its place.
    @Test func aJobThatFailsWhileCredentialsAreRejectedIsHeldToo() async throws {
        try await TestBench().run { bench in
            bench.source.put("a", .running("a"))
            _ = await bench.get("/jobs/a")
            bench.source.fail("a", .upstreamFailed(Self.origin))
            bench.source.fail("b", .credentialsRejected(Self.origin))
            _ = await bench.get("/jobs/b")
            bench.clock.advance(by: .seconds(20))
            for _ in 1...10 { #expect(await bench.get("/jobs/a").status == .badGateway) }
            #expect(bench.source.calls(for: "a") == 3)
            // Once AWS has accepted a call, the stored job may be shown again.
            bench.source.put("c", .finished("c"))
            _ = await bench.get("/jobs/c")
            #expect(await bench.get("/jobs/a").status == .ok)
        }
    }

    /// Three attempts while the failure may be AWS's, one once others have been answered.
    @Test func aJobThatFailsForItselfIsNotTriedAgainInTheSameCall() async throws {
        try await TestBench().run { bench in
            bench.source.retry(2)
            bench.source.fail("a", .upstreamFailed(Self.origin))
            _ = await bench.get("/jobs/a")
            #expect(bench.source.attempts == 3)
            #expect(bench.source.mayBeRetried)
            _ = await bench.get("/jobs/b")
            #expect(bench.source.mayBeRetried)
            _ = await bench.get("/jobs/a")
            #expect(bench.source.attempts == 5)
            // So the attempt has all of the time.
            #expect(!bench.source.mayBeRetried)
            // It is still known when no other has been answered since.
            bench.clock.advance(by: .seconds(2))
            _ = await bench.get("/jobs/a")
            #expect(bench.source.attempts == 6)
        }
    }

    @Test func aPurgeForgetsTheFailures() async throws {
        try await TestBench().run { bench in
            bench.source.fail("a", .accessDenied(Self.origin))
            for _ in 1...3 { #expect(await bench.get("/jobs/a").status == .badGateway) }
            bench.source.put("a", .finished("a"))
            bench.gateway.purge(try JobName("a"))
            #expect(await bench.get("/jobs/a").status == .ok)
        }
    }

    @Test func failuresOfManyNamesStillOpenTheBreaker() async throws {
        try await TestBench { $0.clientLimit = nil }.run { bench in
            for number in 1...15 {
                bench.source.fail("bad-\(number)", .upstreamFailed(Self.origin))
                _ = await bench.get("/jobs/bad-\(number)")
            }
            #expect(bench.gateway.fetcher.admissionStatus.breaker == .open)
        }
    }
}
