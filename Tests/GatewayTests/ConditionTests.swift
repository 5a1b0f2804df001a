import HTTPExchange
import HTTPTypes
import TestSupport
import Testing

@testable import Gateway

@Suite struct ConditionTests {
    @Test func answersNotModifiedToTheTagItGave() async throws {
        try await TestBench().run { bench in
            bench.source.put("a", .finished("a"))
            let eTag = try #require(await bench.get("/jobs/a").field("ETag"))
            let reply = await bench.get("/jobs/a", [(.ifNoneMatch, eTag)])
            #expect(reply.status == .notModified)
            #expect(reply.field("ETag") == eTag)
            #expect(reply.field("Vary") == "Accept, Prefer, Origin")
            #expect(reply.field("Cache-Control") == "private, no-cache")
        }
    }

    @Test func givesEqualJobsEqualTagsAndOtherOnesOthers() async throws {
        try await TestBench().run { bench in
            bench.source.put("a", .running("a"))
            let first = await bench.get("/jobs/a").field("ETag")
            bench.clock.advance(by: .seconds(10))
            #expect(await bench.get("/jobs/a").field("ETag") == first)
            bench.source.put("a", .finished("a"))
            bench.clock.advance(by: .seconds(60))
            #expect(await bench.get("/jobs/a").field("ETag") != first)
            #expect(await bench.get("/jobs/a?fields=name").field("ETag") != bench.get("/jobs/a").field("ETag"))
        }
    }

    @Test(arguments: [
        ("\"x\"", true), ("W/\"x\"", true), ("\"a\", \"x\"", true), ("\"a\",W/\"x\" , \"b\"", true), ("*", true),
        ("\"y\"", false), ("x", false), ("\"x", false), ("", false), ("\"a,x\"", false), ("\"X\"", false),
        ("\"a\"\u{301}, \"x\"", true), ("\u{600}\"x\"", true), ("\"x\"\u{301}", true), ("\"x\u{301}\"", false),
    ])
    func comparesLists(value: String, matches: Bool) throws {
        let condition = try #require(IfNoneMatch(value))
        #expect(condition.matches("\"x\"") == matches)
    }

    @Test func hasNoConditionWithoutTheField() {
        #expect(IfNoneMatch(nil) == nil)
    }
}
