import HTTPExchange
import HTTPTypes
import TestSupport
import Testing
import Transcribe

@testable import Gateway

/// Which refusals of AWS's concern one job, and which take all stale answers.
@Suite struct RevocationTests {
    private static let denial = TranscribeError.accessDenied(ResponseOrigin(status: 400))
    private static let rejection = TranscribeError.credentialsRejected(ResponseOrigin(status: 400))

    /// A gateway that has seen the running job `a` twenty seconds ago; AWS does not give it any more.
    private func afterSeeing(_ body: (TestBench) async throws -> Void) async throws {
        try await TestBench().run { bench in
            bench.source.put("a", .running("a"))
            _ = await bench.get("/jobs/a")
            bench.clock.advance(by: .seconds(20))
            bench.source.fail("a", .upstreamFailed(ResponseOrigin(status: 503)))
            try await body(bench)
        }
    }

    private func showsTheStaleCopy(_ bench: TestBench) async -> Bool {
        await bench.get("/jobs/a").status == .ok
    }

    @Test func aDeniedJobTakesNoOthersStaleAnswer() async throws {
        try await afterSeeing { bench in
            bench.source.fail("b", Self.denial)
            for _ in 1...5 { #expect(await bench.get("/jobs/b").status == .badGateway) }
            #expect(await showsTheStaleCopy(bench))
        }
    }

    @Test func threeDeniedJobsTakeAllStaleAnswersUntilACallIsAccepted() async throws {
        try await afterSeeing { bench in
            for name in ["b", "c", "d"] {
                #expect(await showsTheStaleCopy(bench))
                bench.source.fail(name, Self.denial)
                _ = await bench.get("/jobs/\(name)")
            }
            #expect(await !showsTheStaleCopy(bench))
            bench.source.put("e", .finished("e"))
            #expect(await bench.get("/jobs/e").status == .ok)
            #expect(await showsTheStaleCopy(bench))
        }
    }

    @Test func aSuccessBetweenDeniedJobsShowsThatTheRoleIsGood() async throws {
        try await afterSeeing { bench in
            for name in ["b", "c", "d"] { bench.source.fail(name, Self.denial) }
            _ = await bench.get("/jobs/b")
            _ = await bench.get("/jobs/c")
            // That there is no such job is an answer to a role that may ask.
            bench.clock.advance(by: .milliseconds(1))
            #expect(await bench.get("/jobs/e").status == .notFound)
            bench.clock.advance(by: .milliseconds(1))
            _ = await bench.get("/jobs/d")
            #expect(await showsTheStaleCopy(bench))
        }
    }

    @Test func rejectedCredentialsTakeTheStaleAnswersOfOtherJobs() async throws {
        try await afterSeeing { bench in
            bench.source.fail("b", Self.rejection)
            #expect(await bench.get("/jobs/b").status == .badGateway)
            #expect(await !showsTheStaleCopy(bench))
        }
    }

    /// The success belongs to a call from before the refused one.
    @Test(arguments: [[rejection], [denial, denial, denial]])
    func anEarlierCallThatIsAnsweredLaterProvesNothing(errors: [TranscribeError]) async throws {
        try await afterSeeing { bench in
            bench.source.put("early", .finished("early"))
            bench.source.hold("early")
            async let early = bench.get("/jobs/early")
            #expect(await eventually { bench.source.held == 1 })
            bench.clock.advance(by: .milliseconds(10))
            for (number, error) in errors.enumerated() {
                bench.source.fail("refused-\(number)", error)
                _ = await bench.get("/jobs/refused-\(number)")
            }
            bench.source.release("early")
            #expect(await early.status == .ok)
            #expect(await !showsTheStaleCopy(bench))
        }
    }

    /// The refusal belongs to a call from before the accepted one.
    @Test func anEarlierCallThatIsRefusedLaterTakesNothing() async throws {
        try await afterSeeing { bench in
            bench.source.fail("early", Self.rejection)
            bench.source.hold("early")
            async let early = bench.get("/jobs/early")
            #expect(await eventually { bench.source.held == 1 })
            bench.clock.advance(by: .milliseconds(10))
            bench.source.put("b", .finished("b"))
            #expect(await bench.get("/jobs/b").status == .ok)
            bench.source.release("early")
            #expect(await early.status == .badGateway)
            #expect(await showsTheStaleCopy(bench))
        }
    }
}
