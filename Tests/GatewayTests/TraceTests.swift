import Crypto
import Formats
import HTTPExchange
import HTTPTypes
import TestSupport
import Testing
import Tracing
import Transcribe

@testable import Gateway

/// The spans that requests and calls to AWS leave.
@Suite struct TraceTests {
    private static let traceparent = HTTPField.Name("traceparent")!
    private static let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    private let names = NameHash(key: SymmetricKey(data: Array("a key of the tests, 32 bytes long".utf8)))

    private func spans(
        _ sampler: Sampler.Name = .parentOrOn, adjusting adjust: (inout GatewayOptions) -> Void = { _ in },
        _ body: (TestBench) async throws -> Void
    ) async throws -> [TraceSpan] {
        let bench = TestBench(names: names, sampler: Sampler(sampler), adjust)
        try await bench.run(body)
        return bench.spans.take()
    }

    private func hash(_ name: String) throws -> String { String(hexadecimal: names.hash(of: try JobName(name))) }

    @Test func aMissHasASpanAndOneForItsCall() async throws {
        let spans = try await spans { bench in
            bench.source.put("visit-42", .finished("visit-42"))
            _ = await bench.get("/jobs/visit-42?view=full", [(Self.traceparent, Self.parent)])
        }
        #expect(spans.map(\.name) == ["Transcribe.GetMedicalTranscriptionJob", "GET /jobs/{name}"])
        let (call, request) = (spans[0], spans[1])
        #expect(request.kind == .server && call.kind == .client)
        #expect(
            request.context.trace.text == "0af7651916cd43dd8448eb211c80319c"
                && call.context.trace == request.context.trace)
        #expect(request.parent?.span.text == "b7ad6b7169203331" && request.parent?.isRemote == true)
        #expect(call.parent == ParentSpan(request.context, isRemote: false))
        #expect(request.links.isEmpty && call.links.isEmpty && !request.isError && !call.isError)
        #expect(
            request.texts == [
                "http.request.method": "GET", "http.route": "/jobs/{name}", "http.response.status_code": "200",
                "url.scheme": "http", "client.address": "127.0.0.1", "transcribe_gateway.outcome": "miss",
                "transcribe_gateway.job": try hash("visit-42"),
            ])
        #expect(
            call.texts == [
                "rpc.system": "aws-api", "rpc.service": "Transcribe", "rpc.method": "GetMedicalTranscriptionJob",
                "transcribe_gateway.attempt": "1", "transcribe_gateway.job": try hash("visit-42"),
            ])
        #expect(!"\(spans)".contains("visit"))
    }

    @Test func aHitHasASpanAlone() async throws {
        let spans = try await spans { bench in
            bench.source.put("a", .finished("a"))
            _ = await bench.get("/jobs/a", [(Self.traceparent, Self.parent)])
            _ = bench.spans.take()
            _ = await bench.get("/jobs/a", host: "localhost:8080")
        }
        #expect(spans.map(\.name) == ["GET /jobs/{name}"])
        #expect(spans[0].parent == nil && spans[0].texts["transcribe_gateway.outcome"] == "hit")
        // Any `Host` is admitted, so that it may be any text.
        #expect(spans[0].texts["server.address"] == nil)
    }

    @Test(
        arguments: [
            ("localhost:8080", "localhost", "8080"), ("localhost", "localhost", nil), ("[::1]:80", "::1", "80"),
            ("[::1]", "::1", nil), ("127.0.0.1:", "127.0.0.1", nil), ("", nil, nil),
        ] as [(String, String?, String?)])
    func namesTheServerThatIsAdmitted(host: String, name: String?, port: String?) async throws {
        let spans = try await spans(adjusting: { $0.hosts = .only(["localhost", "127.0.0.1", "[::1]"]) }) { bench in
            _ = await bench.get("/", host: host)
        }
        #expect(spans[0].texts["server.address"] == name && spans[0].texts["server.port"] == port)
    }

    @Test func aRefusalHasTheProblemAndIsNoErrorOfTheServer() async throws {
        let spans = try await spans(adjusting: { $0.hosts = .only(["localhost"]) }) { bench in
            _ = await bench.get("/jobs/visit%2042")
            _ = await bench.get("/jobs/visit-42", host: "visit-42.example")
            _ = await bench.get("/visit-42")
            _ = await bench.get("/jobs/visit-42", method: HTTPRequest.Method("VISIT")!)
            bench.source.fail("b", .upstreamFailed(ResponseOrigin(status: 500, requestID: "id-1")))
            _ = await bench.get("/jobs/b")
        }
        #expect(
            spans.map(\.name) == [
                "GET", "GET", "GET", "HTTP", "Transcribe.GetMedicalTranscriptionJob", "GET /jobs/{name}",
            ])
        #expect(
            spans.map { $0.texts["error.type"] } == [
                "invalid-job-name", "wrong-host", "no-such-route", "method-not-allowed", "upstream_failed",
                "upstream-failed",
            ])
        #expect(spans.map { $0.texts["http.response.status_code"] } == ["400", "421", "404", "405", "500", "502"])
        #expect(spans.map(\.isError) == [false, false, false, false, true, true])
        #expect(spans[3].texts["http.request.method"] == "_OTHER" && spans[4].texts["aws.request_id"] == "id-1")
        #expect(!"\(spans)".lowercased().contains("visit"))
    }

    @Test(arguments: [
        ("/", "/"), ("/problems", "/problems"), ("/problems/job-not-found", "/problems/{type}"), ("/docs", "/docs"),
        ("/openapi.json", "/openapi.json"), ("/jobs?name=a,b", "/jobs"),
    ])
    func aSpanIsNamedByItsRoute(target: String, route: String) async throws {
        let spans = try await spans { _ = await $0.get(target) }
        #expect(spans.last?.name == "GET \(route)" && spans.last?.texts["http.route"] == route)
    }

    @Test func eachAttemptHasASpan() async throws {
        let spans = try await spans { bench in
            bench.source.put("a", .finished("a"))
            bench.source.failFirst("a", [.timedOut, .throttled(ResponseOrigin(status: 400), retryAfter: nil)])
            _ = await bench.get("/jobs/a", [(Self.traceparent, Self.parent)])
        }
        let calls = spans.dropLast()
        #expect(calls.map { $0.texts["error.type"] } == ["timed_out", "throttled", nil])
        #expect(calls.map { $0.texts["transcribe_gateway.attempt"] } == ["1", "2", "3"])
        #expect(calls.map { $0.texts["http.response.status_code"] } == [nil, "400", nil])
        #expect(calls.map(\.isError) == [true, true, false])
        #expect(Set(calls.map(\.context.span)).count == 3)
        #expect(calls.allSatisfy { $0.parent == ParentSpan(spans.last!.context, isRemote: false) })
    }

    @Test func aRequestThatJoinsAFetchIsLinkedToItsCalls() async throws {
        let spans = try await spans { bench in
            bench.source.put("a", .finished("a"))
            bench.source.closeGate()
            async let first = bench.get("/jobs/a", [(Self.traceparent, Self.parent)])
            #expect(await eventually { bench.source.held == 1 })
            async let second = bench.get("/jobs/a")
            // The decision of its client is taken over.
            async let unsampled = bench.get(
                "/jobs/a", [(Self.traceparent, String(Self.parent.dropLast()) + "0")])
            #expect(await eventually { bench.gateway.fetcher.waiting == 3 })
            bench.source.openGate()
            _ = await (first, second, unsampled)
        }
        #expect(spans.count == 3)
        let call = try #require(spans.first { $0.kind == .client })
        let requests = spans.filter { $0.kind == .server }
        let joined = try #require(requests.first { $0.texts["transcribe_gateway.outcome"] == "collapsed" })
        let leading = try #require(requests.first { $0.texts["transcribe_gateway.outcome"] == "miss" })
        #expect(call.parent?.span == leading.context.span && leading.links.isEmpty)
        #expect(joined.links == [call.context] && joined.context.trace != call.context.trace)
    }

    @Test func aRefreshHasATraceOfItsOwnAndALinkToItsCause() async throws {
        let spans = try await spans { bench in
            bench.source.put("a", .finished("a"))
            _ = await bench.get("/jobs/a")
            _ = bench.spans.take()
            bench.clock.advance(by: .seconds(601))
            _ = await bench.get("/jobs/a", [(Self.traceparent, Self.parent)])
            #expect(await eventually { bench.spans.count == 2 })
        }
        let (call, request) = (
            try #require(spans.first { $0.kind == .client }), try #require(spans.first { $0.kind == .server })
        )
        #expect(request.texts["transcribe_gateway.outcome"] == "stale")
        #expect(call.parent == nil && call.links == [request.context] && call.context.trace != request.context.trace)
    }

    @Test func aReplyThatCouldNotBeSentHasNoStatus() async throws {
        let spans = try await spans { bench in
            let peer = PeerAddress(ipv4: 0x7F00_0001)
            let request = Request(
                method: .get, target: "/", host: "localhost", peer: peer, fields: FieldList(list: []))
            let record = request.record
            _ = bench.gateway.answer(request)
            bench.gateway.finish(record, of: peer, wasSent: false)
        }
        #expect(spans.map { $0.texts["transcribe_gateway.outcome"] } == ["unsent"])
        #expect(spans[0].texts["http.response.status_code"] == nil)
    }

    @Test func whatIsNotSampledLeavesNothing() async throws {
        let spans = try await spans(.parentOrOff) { bench in
            bench.source.put("a", .finished("a"))
            _ = await bench.get("/jobs/a")
            _ = await bench.get("/jobs/a", [(Self.traceparent, String(Self.parent.dropLast()) + "0")])
            _ = await bench.get("/jobs/b")
        }
        #expect(spans.isEmpty)
    }

    @Test func aLongWaitEndsWithItsReply() async throws {
        let spans = try await spans { bench in
            bench.source.put("a", .running("a"))
            _ = await bench.get("/jobs/a")
            _ = bench.spans.take()
            async let reply = bench.get("/jobs/a?wait=30", [(Self.traceparent, Self.parent)])
            #expect(await eventually { bench.gateway.watches.count == 1 })
            bench.source.put("a", .finished("a"))
            bench.clock.advance(by: .seconds(6))
            _ = await reply
        }
        let wait = try #require(spans.first { $0.kind == .server })
        #expect(wait.name == "GET /jobs/{name}" && wait.texts["transcribe_gateway.outcome"] == "watched")
        #expect(wait.end - wait.start == 6_000_000_000)
        let poll = try #require(spans.first { $0.kind == .client })
        #expect(poll.parent == nil && poll.context.trace != wait.context.trace)
        #expect(wait.links == [poll.context])
    }
}

extension TraceSpan {
    /// The attributes, numbers as text.
    fileprivate var texts: [String: String] {
        Dictionary(
            uniqueKeysWithValues: attributes.map { attribute in
                switch attribute.value {
                case .text(let text): (attribute.name, text)
                case .number(let number): (attribute.name, String(number))
                }
            })
    }
}
