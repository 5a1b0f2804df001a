import HTTPExchange
import HTTPTypes
import RateLimiting
import Telemetry
import TestSupport
import Testing
import Transcribe

@testable import Gateway

/// Which jobs a query names, and what is said of a query that is refused.
@Suite struct BatchQueryTests {
    @Test(arguments: [
        ("name=a", ["a"]), ("name=a,b&name=c", ["a", "b", "c"]), ("name=c&name=b,a", ["c", "b", "a"]),
        ("name=a%2Cb%2cc", ["a", "b", "c"]), ("name=a,b,a&name=b,c", ["a", "b", "c"]),
        ("name=+a+", ["a"]), ("name=%20a%09,++b", ["a", "b"]), ("name=a, b", ["a", "b"]),
        ("name=%61,b%2Ec", ["a", "b.c"]),
        ("fields=status&name=a,b", ["a", "b"]), ("name=a&view=full&name=b", ["a", "b"]),
    ])
    func readsTheNames(query: String, names: [String]) throws {
        #expect(try BatchQuery(Substring(query), allowed: .full).names.map(\.text) == names)
    }

    @Test func readsTheMembersThatAreWanted() throws {
        func fields(_ query: Substring) throws -> JobFields { try BatchQuery(query, allowed: .full).fields }
        #expect(try fields("name=a") == .standard)
        #expect(try fields("name=a&view=full") == .full)
        #expect(try fields("fields=status%2cname&name=a") == JobFields([.name, .status]))
        #expect(try fields("fields=status&name=a&fields=name") == JobFields([.name, .status]))
        #expect(try BatchQuery("name=a", allowed: JobFields([.status, .tags])).fields == JobFields(.status))
    }

    private static let rule = "Give 1 to 200 characters, each a letter a-z or A-Z, a digit, '.', '_' or '-'."

    @Test(arguments: [
        (
            "", "invalid-query",
            "The query names no job. Give /jobs?name=NAME, or several names with commas between them."
        ),
        ("fields=status", "invalid-query", "The query names no job."),
        ("name=a&wait=1", "invalid-query", "The query may hold 'name' (names of jobs), 'fields'"),
        ("name=a&", "invalid-query", "The query may hold 'name'"), ("Name=a", "invalid-query", "The query may hold"),
        ("name\u{301}=a", "invalid-query", "The query may hold"),
        ("name=a&\u{301}name=b", "invalid-query", "The query may"),
        ("name=a&view=full&fields=name", "invalid-query", "'fields' and 'view' exclude each other."),
        ("name=a&view=full&view=full", "invalid-query", "'fields' and 'view' exclude each other."),
        ("name=a&view=half", "invalid-query", "'view' can only be 'full'"),
        ("name=a&fields=x", "invalid-query", "'fields' names a member that a job does not have."),
        ("name", "invalid-job-name", "The job name is empty. \(rule)"),
        ("name=", "invalid-job-name", "The job name is empty."),
        ("name=+%20", "invalid-job-name", "The job name is empty."),
        ("name=a,", "invalid-job-name", "Name 2 of 2 is not valid. The job name is empty. \(rule)"),
        ("name=a,,b", "invalid-job-name", "Name 2 of 3 is not valid. The job name is empty."),
        ("name=a,b&name=a&name=..", "invalid-job-name", "Name 4 of 4 is not valid. A job name of only '.' or '..'"),
        ("name=a,b%2Fc", "invalid-job-name", "Name 2 of 2 is not valid. Character 2 of the job name is '/', which"),
        ("name=a+b", "invalid-job-name", "Character 2 of the job name is a space, which"),
        ("name=a%2Bb", "invalid-job-name", "Character 2 of the job name is '+', which"),
        ("name=++a%252Cb", "invalid-job-name", "Character 2 of the job name is '%', which"),
        ("name=+%09a%zz", "invalid-job-name", "The '%' at character 2 of the job name is not followed by"),
        ("name=a,\u{301}b", "invalid-job-name", "Name 2 of 2 is not valid. Character 1 of the job name is not ASCII"),
    ])
    func refusesTheWholeRequest(query: String, code: String, words: String) async {
        let bench = TestBench()
        let reply = await bench.get("/jobs?\(query)")
        #expect(reply.status == .badRequest)
        #expect(reply.field("Content-Type") == "application/problem+json")
        #expect(reply.text.contains("\"code\":\"\(code)\""))
        #expect(reply.text.contains("\"detail\":\"\(words)"), "\(reply.text)")
        #expect(reply.field("RateLimit") == "\"client\";r=199;t=1")
        #expect(bench.source.calls == 0)
    }

    @Test func refusesAListOfMoreThanOneHundredNames() async throws {
        func names(_ count: Int, from first: Int = 1) -> String {
            (first..<first + count).map { "n\($0)" }.joined(separator: ",")
        }
        #expect(try BatchQuery("name=\(names(100)))".dropLast(), allowed: .full).names.count == 100)
        // A name that breaks the grammar is not reached.
        for query in ["name=\(names(60)),/&name=\(names(40, from: 61))", "name=" + String(repeating: "a,", count: 100)]
        {
            let reply = await TestBench().get("/jobs?\(query)")
            #expect(reply.status == .badRequest)
            #expect(
                reply.text.contains(
                    "The query has 101 names, and may have 100. Ask for the others in further requests."))
        }
        let longest = await TestBench().get("/jobs?name=" + String(repeating: ",", count: 8_180))
        #expect(longest.text.contains("The query has 8181 names, and may have 100."))
    }

    @Test func theRefusalOfAQueryIsAPageForABrowser() async {
        let page = await TestBench().get("/jobs?name=", [(.accept, "text/html")])
        #expect(page.status == .badRequest)
        #expect(page.field("Content-Type") == "text/html; charset=utf-8")
        #expect(page.text.contains("The job name is empty."))
    }

    @Test func saysWhatCanBeDoneWithoutReadingTheQuery() async {
        #expect(await TestBench().get("/jobs?nonsense", method: .options).status == .noContent)
        #expect(await TestBench().get("/jobs?name=a", method: .post).status == .methodNotAllowed)
    }
}

/// What a batch costs of its client's limit.
@Suite struct BatchLimitTests {
    private func bench(
        burst: Int, isShadow: Bool = false, _ adjust: (inout GatewayOptions) -> Void = { _ in }
    ) -> TestBench {
        TestBench { options in
            options.clientLimit = ClientLimitOptions(rate: Rate(1, per: .seconds(1)), burst: burst, isShadow: isShadow)
            adjust(&options)
        }
    }

    @Test func costsOneRequestForEachJob() async throws {
        try await bench(burst: 10).run { bench in
            let reply = await bench.get("/jobs?name=a,b,c&name=a")
            #expect(reply.status == .ok)
            #expect(reply.field("RateLimit-Policy") == "\"client\";q=10;w=10")
            #expect(reply.field("RateLimit") == "\"client\";r=7;t=3")
            #expect(
                await bench.get("/jobs?name=a", [(.accept, "text/html")]).field("RateLimit") == "\"client\";r=6;t=4")
        }
    }

    @Test func takesAllOrNothing() async throws {
        try await bench(burst: 5).run { bench in
            #expect(await bench.get("/jobs?name=a,b").field("RateLimit") == "\"client\";r=3;t=2")
            let refused = await bench.get("/jobs?name=c,d,e,f")
            #expect(refused.status == .tooManyRequests)
            #expect(refused.field("RateLimit") == "\"client\";r=3;t=1")
            #expect(refused.field("Retry-After") == "1")
            #expect(refused.text.contains("counts as 4, one for each job, and the client's quota has 3 left."))
            #expect(refused.text.contains(#""violated-policies":["client"]"#))
            #expect(bench.source.calls == 2)
            // Nothing was taken.
            #expect(await bench.get("/jobs?name=c,d,e").field("RateLimit") == "\"client\";r=0;t=5")
            bench.clock.advance(by: .seconds(4))
            #expect(await bench.get("/jobs?name=c,d,e,f").status == .ok)
        }
    }

    @Test func refusesMoreNamesThanTheLimitEverAdmits() async throws {
        try await bench(burst: 3).run { bench in
            let refused = await bench.get("/jobs?name=a,b,c,d")
            #expect(refused.status == .badRequest)
            #expect(
                refused.text.contains(
                    """
                    The query names 4 jobs, and this gateway takes 3 at once, because each counts as one request of the \
                    client's limit.
                    """))
            #expect(refused.field("RateLimit") == "\"client\";r=2;t=1")
            #expect(bench.source.calls == 0)
            #expect(await bench.get("/jobs?name=a,b,a,b").status == .ok)
        }
    }

    @Test func aLimitThatIsOnlyWatchedRefusesNoBatch() async throws {
        try await bench(burst: 2, isShadow: true).run { bench in
            for _ in 1...2 { #expect(await bench.get("/jobs?name=a,b,c").status == .ok) }
            let page = String(decoding: bench.registry.render(), as: UTF8.self)
            #expect(page.contains("transcribe_gateway_shadow_refusals_total 1"))
        }
    }

    @Test func withoutALimitABatchHasNone() async throws {
        try await TestBench { $0.clientLimit = nil }.run { bench in
            let reply = await bench.get("/jobs?name=a,b")
            #expect(reply.status == .ok)
            #expect(reply.field("RateLimit") == nil && reply.field("RateLimit-Policy") == nil)
        }
    }
}
