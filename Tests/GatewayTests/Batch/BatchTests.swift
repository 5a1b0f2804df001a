import HTTPExchange
import HTTPTypes
import RateLimiting
import Telemetry
import TestSupport
import Testing
import Transcribe

@testable import Gateway

/// `GET /jobs?name=a,b`: the documents of several jobs in one answer.
@Suite struct BatchTests {
    private static func document(_ name: String, _ status: String = "IN_PROGRESS") -> String {
        let link = status == "COMPLETED" ? ",\"transcriptUri\":\"https://s3.example/\(name).json\"" : ""
        return "{\"name\":\"\(name)\",\"status\":\"\(status)\",\"done\":\(status == "COMPLETED")\(link)}"
    }

    private static func problem(_ name: String, _ problem: Problem, awsRequestID: String? = nil) -> String {
        let aws = awsRequestID.map { ",\"awsRequestId\":\"\($0)\"" } ?? ""
        return """
            {"name":"\(name)","problem":{"type":"\(problem.type.uri)","code":"\(problem.type.rawValue)",\
            "title":"\(problem.type.title)","status":\(problem.status.code),"detail":"\(problem.detail)"\(aws)}}
            """
    }

    private static func batch(_ items: String...) -> String { "{\"jobs\":[\(items.joined(separator: ","))]}" }

    private static let unknown = TranscribeError.jobNotFound(ResponseOrigin(status: 400)).disposition.problem

    @Test func answersInTheOrderAskedAndEachJobOnce() async throws {
        try await TestBench().run { bench in
            for name in ["a", "c"] { bench.source.put(name, .running(name)) }
            bench.source.put("b", .finished("b"))
            let reply = await bench.get("/jobs?name=c,b,none&name=a,b")
            #expect(reply.status == .ok)
            #expect(
                reply.text
                    == Self.batch(
                        Self.document("c"), Self.document("b", "COMPLETED"), Self.problem("none", Self.unknown),
                        Self.document("a")))
            #expect(bench.source.calls == 4)
            // Each document is the one that the job's own URL gives.
            #expect(await bench.get("/jobs/b").text == Self.document("b", "COMPLETED"))
            #expect(await bench.get("/jobs?name=b").text == Self.batch(Self.document("b", "COMPLETED")))
            #expect(bench.source.calls == 4)
        }
    }

    @Test func saysOfTheAnswerWhatItIs() async throws {
        try await TestBench().run { bench in
            bench.source.put("a", .running("a"))
            for method in [HTTPRequest.Method.get, .head] {
                let reply = await bench.get(
                    "/jobs?name=a,b", [(.init("X-Request-Id")!, "mine"), (.ifNoneMatch, "*")], method: method)
                #expect(reply.status == .ok)
                #expect(reply.field("Content-Type") == "application/json")
                #expect(reply.field("Cache-Control") == "no-store")
                #expect(reply.field("Vary") == "Accept, Prefer, Origin")
                #expect(reply.field("X-Request-Id") == "mine")
                #expect(reply.field("X-Content-Type-Options") == "nosniff")
                #expect(reply.field("Cross-Origin-Resource-Policy") == "same-origin")
                for absent in ["ETag", "Age", "Cache-Status", "Retry-After"] { #expect(reply.field(absent) == nil) }
            }
        }
    }

    @Test func showsOfEachJobTheMembersThatAreAskedFor() async throws {
        try await TestBench().run { bench in
            for name in ["a", "b"] { bench.source.put(name, .finished(name)) }
            let done = #"{"status":"COMPLETED"}"#
            #expect(await bench.get("/jobs?name=a,b&fields=status").text == Self.batch(done, done))
            let full = await bench.get("/jobs/a?view=full").text
            #expect(await bench.get("/jobs?view=full&name=a").text == Self.batch(full))
        }
    }

    @Test func leadsABrowserWithOneNameToTheJobsPage() async throws {
        try await TestBench().run { bench in
            let browser = [(HTTPField.Name.accept, "text/html,*/*;q=0.8")]
            for query in ["name=+visit-42+", "name=visit-42,visit-42", "name=visit-42&view=full"] {
                let reply = await bench.get("/jobs?\(query)", browser)
                #expect(reply.status == .seeOther)
                #expect(reply.field("Location") == "/jobs/visit-42")
            }
            #expect(bench.source.calls == 0)
            let several = await bench.get("/jobs?name=a,b", browser)
            #expect(several.status == .ok)
            #expect(several.field("Content-Type") == "application/json")
        }
    }

    @Test func whatTheCacheHasIsAnsweredAtOnce() async throws {
        try await TestBench().run { bench in
            bench.source.put("a", .finished("a"))
            _ = await bench.get("/jobs/a")
            _ = await bench.get("/jobs/none")
            guard case .reply(let reply) = bench.answer("/jobs?name=none,a") else {
                return #expect(Bool(false), "it waits")
            }
            #expect(
                reply.text
                    == Self.batch(Self.problem("none", Self.unknown), Self.document("a", "COMPLETED")))
            #expect(bench.source.calls == 2)
        }
    }

    @Test func sharesTheFetchesOfOtherRequests() async throws {
        try await TestBench().run { bench in
            for name in ["a", "b"] { bench.source.put(name, .finished(name)) }
            bench.source.closeGate()
            async let single = bench.get("/jobs/a")
            #expect(await eventually { bench.source.held == 1 })
            async let batch = bench.get("/jobs?name=a,b")
            #expect(await eventually { bench.source.held == 2 })
            async let other = bench.get("/jobs?name=b,a")
            #expect(await eventually { bench.gateway.fetcher.waiting == 5 })
            bench.source.openGate()
            let (a, b) = (Self.document("a", "COMPLETED"), Self.document("b", "COMPLETED"))
            #expect(await single.text == a)
            #expect(await batch.text == Self.batch(a, b))
            #expect(await other.text == Self.batch(b, a))
            #expect(bench.source.calls == 2)
        }
    }

    @Test func aBatchOfProblemsIsAnAnswer() async throws {
        try await TestBench().run { bench in
            let failure = TranscribeError.upstreamFailed(ResponseOrigin(status: 500, requestID: "aws-1"))
            bench.source.fail("a", failure)
            bench.source.fail("b", .accessDenied(ResponseOrigin(status: 400)))
            let reply = await bench.get("/jobs?name=a,b")
            #expect(reply.status == .ok)
            #expect(
                reply.text
                    == Self.batch(
                        Self.problem("a", failure.disposition.problem, awsRequestID: "aws-1"),
                        Self.problem("b", TranscribeError.accessDenied(ResponseOrigin(status: 400)).disposition.problem)
                    ))
        }
    }

    @Test func appliesADirectiveToEachJob() async throws {
        try await TestBench().run { bench in
            for name in ["a", "b"] { bench.source.put(name, .finished(name)) }
            _ = await bench.get("/jobs/a")
            bench.clock.advance(by: .seconds(2))
            let stored = await bench.get("/jobs?name=a,b", [(.cacheControl, "only-if-cached")])
            #expect(stored.text == Self.batch(Self.document("a", "COMPLETED"), Self.problem("b", .notCached)))
            #expect(bench.source.calls == 1)
            _ = await bench.get("/jobs?name=a,b")
            #expect(bench.source.calls == 2)
            bench.clock.advance(by: .seconds(2))
            _ = await bench.get("/jobs?name=a,b", [(.cacheControl, "max-age=3")])
            #expect(bench.source.calls(for: "a") == 2 && bench.source.calls(for: "b") == 1)
            _ = await bench.get(
                "/jobs?name=a,b", [(.cacheControl, "no-cache"), (.init("Sec-Fetch-Mode")!, "navigate")])
            #expect(bench.source.calls == 3)
            bench.clock.advance(by: .seconds(2))
            _ = await bench.get("/jobs?name=a,b", [(.cacheControl, "no-cache")])
            #expect(bench.source.calls == 5)
        }
    }

    @Test func eachJobThatFindsNoPlaceSaysSo() async throws {
        try await TestBench { $0.waiters = 1 }.run { bench in
            bench.source.put("a", .finished("a"))
            bench.source.closeGate()
            async let batch = bench.get("/jobs?name=a,b")
            #expect(await eventually { bench.source.held == 1 })
            bench.source.openGate()
            #expect(await batch.text == Self.batch(Self.document("a", "COMPLETED"), Self.problem("b", .overloaded)))
        }
    }

    /// Jobs of one batch take turns with the jobs of other clients.
    @Test func asksForNoMoreAtATimeThanIsAdmittedAndLetsOthersHaveTheirTurn() async throws {
        try await TestBench {
            $0.admission.rate = nil
            $0.admission.concurrency = 2
        }.run { bench in
            let names = (1...50).map { "n\($0)" }
            for name in names { bench.source.hold(name) }
            async let batch = bench.get("/jobs?name=\(names.joined(separator: ","))")
            #expect(await eventually { bench.source.held == 2 })
            #expect(await eventually { bench.gateway.fetcher.admissionStatus.waiting == 48 })
            async let other = bench.get("/jobs/other", peer: PeerAddress(ipv4: 0xC000_0201))
            #expect(await eventually { bench.gateway.fetcher.admissionStatus.waiting == 49 })
            for name in names where bench.source.calls(for: name) == 1 { bench.source.release(name) }
            #expect(await eventually { bench.source.calls(for: "other") == 1 })
            #expect(bench.source.calls <= 5)
            for name in names { bench.source.release(name) }
            #expect(await other.status == .notFound)
            #expect(await batch.status == .ok)
            #expect(bench.source.calls == 51)
        }
    }

    /// One fetch after another ends on different threads, and exactly one of them makes the reply.
    @Test func manyBatchesOfTheSameJobsAreAnsweredOnceEach() async throws {
        try await TestBench {
            $0.clientLimit = nil
            $0.admission.rate = nil
            $0.freshness.missing = .zero
        }.run { bench in
            let names = (0..<40).map { "n\($0)" }
            let replies = await withTaskGroup(of: String.self) { group in
                for number in 0..<2_000 {
                    let wanted = (0..<5).map { names[(number * 7 + $0 * 3) % 40] }
                    group.addTask { await bench.get("/jobs?name=\(wanted.joined(separator: ","))").text }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(replies.count == 2_000)
            #expect(replies.allSatisfy { $0.hasPrefix("{\"jobs\":[{\"name\":") && $0.count(of: "\"problem\":") == 5 })
            #expect(await eventually { bench.gateway.fetcher.waiting == 0 })
        }
    }

    @Test func isARouteOfItsOwnInTheMetrics() async throws {
        try await TestBench().run { bench in
            _ = await bench.get("/jobs?name=a,b")
            _ = await bench.get("/jobs?name=a,b")
            let page = String(decoding: bench.registry.render(), as: UTF8.self)
            for outcome in ["miss", "hit"] {
                let labels = "{outcome=\"\(outcome)\",route=\"batch\"}"
                #expect(page.contains("transcribe_gateway_request_duration_seconds_count\(labels) 1"))
            }
        }
    }
}

extension String {
    fileprivate func count(of part: String) -> Int { ranges(of: part).count }
}
