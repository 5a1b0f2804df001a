import Curl
import Foundation
import HTTPExchange
import HTTPTypes
import SigV4
import TestSupport
import Testing
import Transcribe

@testable import Gateway

@Suite struct ProblemTests {
    private static let origin = ResponseOrigin(status: 400)

    @Test(arguments: [
        (TranscribeError.jobNotFound(origin), 404, ProblemType.jobNotFound, true),
        (.invalidRequest(origin), 400, .invalidJobName, true),
        (.badRequest(origin), 502, .upstreamFailed, false),
        (.throttled(origin, retryAfter: .seconds(3)), 503, .upstreamThrottled, false),
        (.accessDenied(origin), 502, .accessDenied, false),
        (.credentialsRejected(origin), 502, .credentials, false),
        (.credentialsUnavailable(CredentialsUnavailable(reason: "secret words")), 502, .credentials, false),
        (.upstreamFailed(origin), 502, .upstreamFailed, false),
        (.malformedResponse(.notAJob, origin), 502, .upstreamFailed, false),
        (.malformedResponse(.withoutJob, origin), 502, .upstreamFailed, false),
        (.malformedResponse(.anotherJob, origin), 502, .upstreamFailed, false),
        (.malformedResponse(.redirect, origin), 502, .upstreamFailed, false),
        (.malformedResponse(.tooLarge, nil), 502, .upstreamFailed, false),
        (.unreachable(.closedEarly), 502, .upstreamFailed, false),
        (.timedOut, 504, .upstreamTimeout, false), (.outOfTime, 504, .upstreamTimeout, false),
        (.cancelled, 503, .stopping, false),
    ])
    func answersEachErrorByItsRow(error: TranscribeError, status: Int, type: ProblemType, isKept: Bool) async throws {
        try await TestBench().run { bench in
            bench.source.fail("a", error)
            let reply = await bench.get("/jobs/a")
            #expect(reply.status.code == status)
            #expect(
                reply.text.hasPrefix(
                    """
                    {"type":"/problems/\(type.rawValue)","code":"\(type.rawValue)","title":"\(type.title)","status":
                    """))
            #expect(reply.field("Content-Type") == "application/problem+json")
            #expect(reply.field("Cache-Control") == "no-store")
            #expect((reply.field("Retry-After") != nil) == (status != 400))
            #expect(!reply.text.contains("secret words"))
            _ = await bench.get("/jobs/a")
            #expect(bench.source.calls == (isKept ? 1 : 2))
        }
    }

    @Test func passesOnAWSsAdviceWhenToRetry() async throws {
        try await TestBench().run { bench in
            bench.source.fail("a", .throttled(Self.origin, retryAfter: .milliseconds(2_100)))
            #expect(await bench.get("/jobs/a").field("Retry-After") == "3")
        }
    }

    @Test(arguments: [
        (Duration.zero, 1), (.milliseconds(1), 1), (.seconds(1), 1), (.milliseconds(1_001), 2),
        (.seconds(3_599), 3_599),
        (.seconds(3_600), 3_599), (.seconds(Int64.max), 3_599), (.seconds(-5), 1),
    ])
    func advisesNeverEarlyAndNoAbsurdWait(delay: Duration, seconds: Int) {
        #expect(Problem.overloaded.retrying(after: delay).retryAfter == seconds)
    }

    @Test func isADocumentWithAllMembers() async throws {
        let reply = await TestBench().get("/jobs/a%00?x", [(.init("X-Request-Id")!, "mine-1")])
        let document = try #require(JSONSerialization.jsonObject(with: Data(reply.body.bytes)) as? [String: Any])
        #expect(document["type"] as? String == "/problems/invalid-query")
        #expect(document["status"] as? Int == 400)
        #expect(document["instance"] as? String == "/jobs/a%00")
        #expect(document["requestId"] as? String == "mine-1")
        #expect((document["title"] as? String)?.isEmpty == false)
        #expect((document["detail"] as? String)?.isEmpty == false)
    }

    @Test func refusesAClientOverItsLimitAndSaysUntilWhen() async throws {
        try await TestBench { $0.clientLimit?.burst = 2 }.run { bench in
            let first = await bench.get("/jobs/a")
            #expect(first.field("RateLimit-Policy") == "\"client\";q=2;w=1")
            #expect(first.field("RateLimit") == "\"client\";r=1;t=1")
            _ = await bench.get("/jobs/a")
            let refused = await bench.get("/jobs/a")
            #expect(refused.status == .tooManyRequests)
            #expect(refused.field("Retry-After") == "1")
            #expect(
                refused.text.hasPrefix(
                    """
                    {"type":"https://iana.org/assignments/http-problem-types#quota-exceeded","code":"quota-exceeded",
                    """))
            #expect(refused.text.contains(#""violated-policies":["client"]"#))
            let other = await bench.get("/jobs/a", peer: PeerAddress(ipv4: 0x7F00_0002))
            #expect(other.status == .notFound)
            bench.clock.advance(by: .seconds(1))
            #expect(await bench.get("/jobs/a").status == .notFound)
        }
    }

    @Test(arguments: [
        (Refusal.malformed("words"), 400), (.targetTooLong(limit: 1), 414), (.tooManyFields(limit: 1), 431),
        (.bodyNotAllowed, 400), (.bodyTooLarge(limit: 1), 413), (.unknownTransferCoding, 501),
        (.unknownExpectation, 417),
    ])
    func wordsEachRefusal(refusal: Refusal, status: Int) {
        let request = Request(
            method: .get, target: "/", host: "h", peer: PeerAddress(ipv4: 0x7F00_0001), fields: FieldList(list: []))
        let reply = TestBench().gateway.reply(to: refusal, of: request)
        #expect(reply.status.code == status)
        #expect(Problem(refusal).type.statuses.contains(reply.status))
        #expect(reply.field("Content-Type") == "application/problem+json")
    }

    @Test func makesUpRequestIDsThatDiffer() {
        let ids = RequestIDSource(seed: 1)
        let names = (1...10_000).map { _ in ids.id(suggested: nil).text }
        #expect(Set(names).count == names.count)
        #expect(names.allSatisfy { $0.utf8.count == 16 })
        #expect(ids.id(suggested: "ok-1._A").text == "ok-1._A")
        for bad in ["", "a b", "a\"b", String(repeating: "a", count: 65), "ä"] {
            #expect(ids.id(suggested: bad).text != bad)
        }
    }
}
