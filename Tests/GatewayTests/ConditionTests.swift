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

    /// `TAG` stands for the tag, without its quotation marks.
    @Test(arguments: [
        ("\"TAG\"", true), ("W/\"TAG\"", true), ("\"a\", \"TAG\"", true), ("\"a\",W/\"TAG\" , \"b\"", true),
        ("*", true),
        ("\"y\"", false), ("TAG", false), ("\"TAG", false), ("", false), ("\"a,TAG\"", false), ("\"TAGa\"", false),
        // A mark that combines with a quotation mark does not hide it.
        ("\"a\"\u{301}, \"TAG\"", true), ("\u{600}\"TAG\"", true), ("\"TAG\"\u{301}", true),
        ("\"TAG\u{301}\"", false),
    ])
    func comparesLists(value: String, matches: Bool) throws {
        let tag = EntityTag(of: Array("{}".utf8))
        let digits = "44136fa355b3678a1146ad16"
        let condition = try #require(IfNoneMatch(value.replacing("TAG", with: digits)))
        #expect(condition.matches(tag) == matches)
        #expect(!(try #require(IfNoneMatch("\"\(digits.uppercased())\"")).matches(tag)))
    }

    @Test func comparesSixtyFourTags() throws {
        let tag = EntityTag(of: Array("{}".utf8))
        func matches(after count: Int) throws -> Bool {
            let others = String(repeating: "\"x\", ", count: count)
            return try #require(IfNoneMatch(others + "\"44136fa355b3678a1146ad16\"")).matches(tag)
        }
        #expect(try matches(after: 63))
        #expect(try !matches(after: 64))
    }

    @Test func hasNoConditionWithoutTheField() {
        #expect(IfNoneMatch(nil) == nil)
    }
}
