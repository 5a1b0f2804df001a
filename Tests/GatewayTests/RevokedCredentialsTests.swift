import HTTPExchange
import HTTPTypes
import TestSupport
import Testing
import Transcribe

@testable import Gateway

/// Credentials that AWS rejects for one job are rejected for all.
@Suite struct RevokedCredentialsTests {
    /// A gateway that has seen the running jobs `a` and `c`, which are stale, and whose credentials AWS has rejected since.
    private func afterRejection(_ body: (TestBench) async throws -> Void) async throws {
        try await TestBench().run { bench in
            for name in ["a", "c"] {
                bench.source.put(name, .running(name))
                #expect(await bench.get("/jobs/\(name)").status == .ok)
            }
            bench.clock.advance(by: .seconds(8))
            bench.source.fail("b", .credentialsRejected(ResponseOrigin(status: 403)))
            #expect(await bench.get("/jobs/b").status == .badGateway)
            try await body(bench)
        }
    }

    @Test(arguments: [
        TranscribeError.credentialsRejected(ResponseOrigin(status: 403)), .upstreamFailed(ResponseOrigin(status: 503)),
        .timedOut, .throttled(ResponseOrigin(status: 400), retryAfter: nil),
    ])
    func noOtherJobIsShownStale(error: TranscribeError) async throws {
        try await afterRejection { bench in
            bench.source.fail("a", error)
            for _ in 1...2 {
                let reply = await bench.get("/jobs/a")
                #expect(reply.status.code >= 500)
                #expect(!reply.text.contains("IN_PROGRESS"))
            }
        }
    }

    @Test func allAreShownStaleAgainOnceAWSHasAccepted() async throws {
        try await afterRejection { bench in
            #expect(await bench.get("/jobs/c").field("Cache-Status") == "transcribe-gateway; fwd=stale; stored")
            bench.source.fail("a", .upstreamFailed(ResponseOrigin(status: 503)))
            #expect(await bench.get("/jobs/a").text.contains("IN_PROGRESS"))
        }
    }

    @Test func anAnswerThatThereIsNoSuchJobIsAnAcceptanceToo() async throws {
        try await afterRejection { bench in
            #expect(await bench.get("/jobs/unknown").status == .notFound)
            bench.source.fail("a", .upstreamFailed(ResponseOrigin(status: 503)))
            #expect(await bench.get("/jobs/a").text.contains("IN_PROGRESS"))
        }
    }

    private static let rejection = TranscribeError.credentialsRejected(ResponseOrigin(status: 400))
    private static let failure = TranscribeError.upstreamFailed(ResponseOrigin(status: 503))

    /// A gateway that has seen the running job `a`, which is stale and cannot be refreshed. The first attempt of a call for
    /// `b` is refused for its credentials.
    private func beforeRejection(_ body: (TestBench) async throws -> Void) async throws {
        try await TestBench().run { bench in
            bench.source.put("a", .running("a"))
            _ = await bench.get("/jobs/a")
            bench.source.fail("a", Self.failure)
            bench.clock.advance(by: .seconds(20))
            bench.source.failFirst("b", [Self.rejection])
            try await body(bench)
        }
    }

    @Test func aRejectionCountsWhateverALaterAttemptBrings() async throws {
        try await beforeRejection { bench in
            bench.source.fail("b", Self.failure)
            #expect(await bench.get("/jobs/b").status == .badGateway)
            #expect(await bench.get("/jobs/a").status == .badGateway)
        }
    }

    @Test func aRejectionCountsWhileTheReplacementIsAwaitedAndUntilItIsAccepted() async throws {
        try await beforeRejection { bench in
            bench.source.put("b", .finished("b"))
            let retry = FakeSource.retry(of: "b")
            bench.source.hold(retry)
            async let waiting = bench.get("/jobs/b")
            #expect(await eventually { bench.source.held == 1 })
            #expect(await bench.get("/jobs/a").status == .badGateway)
            bench.source.release(retry)
            #expect(await waiting.status == .ok)
            bench.clock.advance(by: .seconds(2))
            #expect(await bench.get("/jobs/a").status == .ok)
        }
    }
}
