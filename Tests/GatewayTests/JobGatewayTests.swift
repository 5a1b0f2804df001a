import Gateway
import HTTPExchange
import HTTPTypes
import RateLimiting
import TestSupport
import Testing
import Transcribe

@Suite struct JobGatewayTests {
    @Test func answersWithTheTrimmedJob() async throws {
        try await TestBench().run { bench in
            bench.source.put("a", .finished("a"))
            let reply = await bench.get("/jobs/a")
            #expect(reply.status == .ok)
            #expect(
                reply.text
                    == #"{"name":"a","status":"COMPLETED","done":true,"transcriptUri":"https://s3.example/a.json"}"#)
            #expect(reply.field("Content-Type") == "application/json")
            #expect(reply.field("Cache-Control") == "private, no-cache")
            #expect(reply.field("Vary") == "Accept, Prefer, Origin")
            #expect(reply.field("Age") == "0")
            #expect(reply.field("X-Content-Type-Options") == "nosniff")
            #expect(reply.field("Referrer-Policy") == "no-referrer")
            #expect(reply.field("Cross-Origin-Resource-Policy") == "same-origin")
        }
    }

    @Test func asksOnceWhileTheAnswerIsFresh() async throws {
        try await TestBench().run { bench in
            bench.source.put("a", .running("a"))
            #expect(await bench.get("/jobs/a").field("Cache-Status") == "transcribe-gateway; fwd=miss; stored")
            bench.clock.advance(by: .milliseconds(3_500))
            let hit = await bench.get("/jobs/a")
            #expect(hit.field("Cache-Status") == "transcribe-gateway; hit; ttl=1")
            #expect(hit.field("Age") == "3")
            #expect(hit.field("Retry-After") == "2")
            #expect(bench.source.calls == 1)
        }
    }

    @Test(arguments: [("finished", 600), ("running", 5), ("missing", 2)])
    func staysFreshByWhatTheAnswerSays(name: String, seconds: Int) async throws {
        try await TestBench { $0.freshness.staleWhileRevalidate = .zero }.run { bench in
            bench.source.put("finished", .finished("finished"))
            bench.source.put("running", .running("running"))
            _ = await bench.get("/jobs/\(name)")
            bench.clock.advance(by: .seconds(seconds) - .milliseconds(1))
            _ = await bench.get("/jobs/\(name)")
            #expect(bench.source.calls == 1)
            bench.clock.advance(by: .milliseconds(1))
            _ = await bench.get("/jobs/\(name)")
            #expect(bench.source.calls == 2)
        }
    }

    @Test func tellsARunningJobsClientWhenToComeBackAndNotAFinishedOnes() async throws {
        try await TestBench().run { bench in
            bench.source.put("running", .running("running"))
            bench.source.put("finished", .finished("finished"))
            #expect(await bench.get("/jobs/running").field("Retry-After") == "5")
            #expect(await bench.get("/jobs/finished").field("Retry-After") == nil)
        }
    }

    @Test func answersFiveHundredRequestsForOneJobWithOneCall() async throws {
        try await TestBench { $0.clientLimit = nil }.run { bench in
            bench.source.put("a", .finished("a"))
            bench.source.closeGate()
            let replies = await withTaskGroup(of: Reply.self) { group in
                for _ in 1...500 { group.addTask { await bench.get("/jobs/a") } }
                #expect(await eventually { bench.gateway.fetcher.waiting == 500 })
                bench.source.openGate()
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(replies.count { $0.status == .ok } == 500)
            #expect(bench.source.calls == 1)
            let statuses = replies.compactMap { $0.field("Cache-Status") }
            #expect(statuses.count { $0 == "transcribe-gateway; fwd=miss; stored" } == 1)
            #expect(statuses.count { $0 == "transcribe-gateway; fwd=miss; stored; collapsed" } == 499)
        }
    }

    @Test func isAsOldAsItsWait() async throws {
        try await TestBench().run { bench in
            bench.source.put("a", .running("a"))
            bench.source.closeGate()
            async let waited = bench.get("/jobs/a")
            #expect(await eventually { bench.source.held == 1 })
            bench.clock.advance(by: .milliseconds(2_600))
            bench.source.openGate()
            #expect(await waited.field("Age") == "2")
            #expect(await waited.field("Retry-After") == "3")
        }
    }

    @Test func sharesAnErrorAndDoesNotKeepIt() async throws {
        try await TestBench().run { bench in
            bench.source.fail("a", .upstreamFailed(ResponseOrigin(status: 500, requestID: "aws-1")))
            let reply = await bench.get("/jobs/a")
            #expect(reply.status.code == 502)
            #expect(reply.text.contains(#""awsRequestId":"aws-1""#))
            bench.source.put("a", .finished("a"))
            #expect(await bench.get("/jobs/a").status == .ok)
        }
    }

    @Test func refusesWhenTooManyWait() async throws {
        try await TestBench { $0.waiters = 1 }.run { bench in
            bench.source.closeGate()
            async let first = bench.get("/jobs/a")
            #expect(await eventually { bench.source.held == 1 })
            let second = await bench.get("/jobs/a")
            #expect(second.status.code == 503)
            #expect(second.field("Retry-After") == "1")
            bench.source.openGate()
            #expect(await first.status.code == 404)
        }
    }

    @Test func waitsForItsTurnWhereItsBudgetIsUsedUp() async throws {
        try await TestBench { $0.admission.burst = 2 }.run { bench in
            for name in ["a", "b"] { #expect(await bench.get("/jobs/\(name)").status.code == 404) }
            async let third = bench.get("/jobs/c")
            #expect(await eventually { bench.gateway.fetcher.admissionStatus.waiting == 1 })
            #expect(bench.source.calls == 2)
            bench.clock.advance(by: .milliseconds(67))
            #expect(await third.status.code == 404)
            #expect(bench.source.calls == 3)
        }
    }

    @Test func refusesAtOnceWhoseTurnWouldComeTooLate() async throws {
        try await TestBench {
            $0.admission.burst = 2
            $0.timeout = .milliseconds(60)
        }.run { bench in
            for name in ["a", "b"] { #expect(await bench.get("/jobs/\(name)").status.code == 404) }
            let refused = await bench.get("/jobs/c")
            #expect(refused.status.code == 503)
            #expect(refused.field("Retry-After") == "1")
            #expect(refused.text.contains("/problems/upstream-budget"))
            #expect(bench.source.calls == 2)
            bench.clock.advance(by: .seconds(1))
            #expect(await bench.get("/jobs/c").status.code == 404)
        }
    }

    @Test func waitsForItsTurnWhereTooManyCallsAreInFlight() async throws {
        try await TestBench { $0.admission.concurrency = 1 }.run { bench in
            bench.source.closeGate()
            async let first = bench.get("/jobs/a")
            #expect(await eventually { bench.source.held == 1 })
            async let second = bench.get("/jobs/b")
            #expect(await eventually { bench.gateway.fetcher.admissionStatus.waiting == 1 })
            #expect(bench.source.calls == 1)
            bench.source.openGate()
            #expect(await first.status.code == 404)
            #expect(await second.status.code == 404)
            #expect(bench.gateway.fetcher.admissionStatus.inFlight == 0)
        }
    }

    @Test func leavesAWSAloneWhileItFails() async throws {
        try await TestBench {
            $0.clientLimit = nil
            $0.admission.rate = nil
        }.run { bench in
            for number in 1...100 {
                bench.source.fail("job-\(number)", .upstreamFailed(ResponseOrigin(status: 500)))
                _ = await bench.get("/jobs/job-\(number)")
            }
            #expect(bench.source.calls < 100)
            let calls = bench.source.calls
            let refused = await bench.get("/jobs/fine")
            #expect(refused.status.code == 503)
            #expect(refused.text.contains("/problems/upstream-unavailable"))
            #expect(Int(refused.field("Retry-After") ?? "") ?? 0 >= 1)
            #expect(bench.source.calls == calls)
            bench.source.put("fine", .finished("fine"))
            bench.clock.advance(by: .seconds(120))
            #expect(await bench.get("/jobs/fine").status == .ok)
        }
    }
}
