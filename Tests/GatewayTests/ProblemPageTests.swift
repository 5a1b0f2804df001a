import Caching
import Formats
import HTTPExchange
import HTTPTypes
import RateLimiting
import TestSupport
import Testing
import Transcribe

@testable import Gateway

@Suite struct ProblemPageTests {
    private static let browser = [(HTTPField.Name.accept, "text/html")]
    private static let origin = ResponseOrigin(status: 400, requestID: "4f1b-22")

    @Test func saysAProblemOnAPage() async throws {
        try await TestBench().run { bench in
            bench.source.fail("a", .jobNotFound(Self.origin))
            let page = await bench.get("/jobs/a", Self.browser + [(HTTPField.Name("X-Request-Id")!, "mine-1")])
            #expect(page.status == .notFound)
            #expect(page.field("Content-Type") == "text/html; charset=utf-8")
            #expect(page.field("Content-Security-Policy")?.hasPrefix("default-src 'none'; ") == true)
            #expect(page.text.contains("<h1>\(ProblemType.jobNotFound.title)</h1>"))
            #expect(page.text.contains("<title>a: \(ProblemType.jobNotFound.title) · "))
            for words in ["capital and small letters differ", "90 days", "one region", "mine-1", "4f1b-22"] {
                #expect(page.text.contains(words), "\(words)")
            }
            #expect(page.text.contains("<a href=\"/problems/job-not-found\">job-not-found</a> (status 404)"))
        }
    }

    /// The name as the person gave it, also where it is none, to be corrected in the form.
    @Test(arguments: [
        ("/jobs/visit%2042", "visit 42"), ("/jobs?name=visit+42", "visit 42"), ("/jobs?view=full&name=a%22b", "a\"b"),
        ("/jobs/%3Cscript%3E", "<script>"), ("/jobs/a%00%07b", "ab"), ("/jobs/%C3%A4", "ä"), ("/jobs/%FF", "\u{FFFD}"),
        ("/jobs/a%", "a%"), ("/jobs/unknown/events", "unknown"), ("/jobs/unknown?x=1", "unknown"),
        ("/jobs?name=unknown&fields=x", "unknown"), ("/jobs?name=a/b%20", "a/b "),
    ])
    func repeatsTheName(target: String, name: String) async throws {
        try await TestBench().run { bench in
            let page = await bench.get(target, Self.browser)
            #expect(page.status.code >= 400)
            let escaped = HTML.text(name).text
            #expect(page.text.contains("You asked for <strong><bdi>\(escaped)</bdi></strong>."))
            #expect(page.text.contains(" name=\"name\" value=\"\(escaped)\" "))
        }
    }

    @Test(arguments: ["/nothing", "/jobs", "/jobs?x=1", "/jobs/", "/jobs?name=", "/jobs/%00"])
    func saysNothingOfANameThatIsNone(target: String) async {
        let page = await TestBench().get(target, Self.browser).text
        #expect(!page.contains("You asked for") && page.contains(" name=\"name\" value=\"\" "))
    }

    @Test func cutsANameThatIsTooLong() async {
        let name = String(repeating: "a", count: 5_000)
        for target in ["/jobs/\(name)", "/jobs?name=\(name)"] {
            let page = await TestBench().get(target, Self.browser).text
            #expect(page.contains("<bdi>\(name.prefix(200))</bdi>") && page.utf8.count < 6_000)
        }
    }

    private static let failures: [(TranscribeError, Int, Int, Bool)] = [
        (.jobNotFound(origin), 404, 15, false), (.throttled(origin, retryAfter: .seconds(9)), 503, 9, true),
        (.upstreamFailed(ResponseOrigin(status: 500)), 502, 3, true), (.timedOut, 504, 3, true),
        (.cancelled, 503, 2, true), (.accessDenied(origin), 502, 30, false),
        (.credentialsRejected(origin), 502, 30, false),
    ]

    /// A page without script waits a second longer, and longer still for what is not likely to pass. What may not be seen any more goes from a tab that shows it.
    @Test(arguments: failures)
    func looksAgainWhereTheProblemCanPass(
        error: TranscribeError, status: Int, pause: Int, keepsJob: Bool
    ) async throws {
        try await TestBench().run { bench in
            bench.source.fail("a", error)
            let page = await bench.get("/jobs/a", Self.browser)
            #expect(page.status.code == status)
            #expect(page.reloadInterval == (keepsJob ? pause + 1 : 60))
            #expect(page.text.contains("data-looks=\"10\"") == (status == 404))
            #expect(page.text.contains("data-look=\"/jobs/a\" data-retry=\"\(pause)\""))
            #expect(page.text.contains("This page looks again <span data-due=\"\">in \(pause) s</span>."))
            #expect(page.text.contains("data-keep=\"\"") == keepsJob)
        }
    }

    /// Also the form's own URL leads to the job.
    @Test(arguments: ["/jobs/a", "/jobs?name=a"])
    func looksAgainWhenTheLimitPermits(target: String) async throws {
        let bench = TestBench {
            $0.clientLimit = ClientLimitOptions(rate: Rate(1, per: .seconds(4)), burst: 1, isShadow: false)
        }
        try await bench.run { bench in
            _ = await bench.get("/jobs/b")
            let page = await bench.get(target, Self.browser)
            #expect(page.status == .tooManyRequests && page.reloadInterval == 5)
            #expect(page.text.contains("data-look=\"/jobs/a\" data-retry=\"4\" data-keep=\"\" data-pause=\"1\""))
        }
    }

    /// One of several names is not what was asked for, however many members stand between them.
    @Test(arguments: ["/jobs?name=a&name=b", "/jobs?name=a&\(String(repeating: "x&", count: 20))name=b"])
    func leadsToNoneOfSeveralJobs(target: String) async throws {
        let bench = TestBench {
            $0.clientLimit = ClientLimitOptions(rate: Rate(1, per: .seconds(4)), burst: 1, isShadow: false)
        }
        try await bench.run { bench in
            _ = await bench.get("/jobs/b")
            let page = await bench.get(target, Self.browser)
            #expect(page.status == .tooManyRequests && page.reloadInterval == nil)
            #expect(!page.text.contains("data-look") && page.text.contains(" name=\"name\" value=\"\" "))
        }
    }

    /// A limit of requests that wait is no limit of look-ups, and a gateway without credentials is not refused a job.
    @Test func tellsLimitsAndRefusalsApart() {
        #expect(ProblemType.quotaExceeded.words.heading == "Too many look-ups")
        #expect(ProblemType.tooManyWatches.words.heading == "Too many requests wait for a job's end")
        #expect(ProblemType.credentials.words.heading == "This gateway has no access to AWS at the moment")
        #expect(ProblemType.accessDenied.words.heading == "This gateway may not look up the job")
    }

    @Test(arguments: ["/jobs/a%20b", "/jobs/a?x=1", "/nothing", "/jobs"])
    func staysWhereNothingCanChange(target: String) async {
        let page = await TestBench().get(target, Self.browser)
        #expect(page.reloadInterval == nil && !page.text.contains("data-retry") && !page.text.contains("data-due"))
    }

    /// A person is told what to tell the operator, and reads no word of the configuration's before that.
    @Test(arguments: ProblemType.allCases)
    func speaksToAPerson(type: ProblemType) async throws {
        let request = Request(
            method: .get, target: "/jobs/a", host: "localhost", peer: PeerAddress(ipv4: 0x7F00_0001),
            fields: FieldList(list: Self.browser))
        let context = RequestContext(
            request, id: .given("mine-1"), at: .init(.now), under: OptionsSnapshot(GatewayOptions()), clients: nil,
            sharing: .only([]))
        let problem = Problem(type, "What (some.setting) says.")
        let page = String(
            decoding: Page(problem, of: nil, in: context, at: Timestamp(millisecondsSinceEpoch: 0)).body.bytes,
            as: UTF8.self)
        let advice = try #require(page.firstRange(of: "<p id=\"advice\">")).upperBound
        let details = try #require(page.firstRange(of: "id=\"particulars\"")).lowerBound
        let words = page[advice..<details]
        if type.words.advice != nil { #expect(!words.contains("some.setting")) }
        #expect(page[details...].contains("What (some.setting) says."))
        let message =
            "Tell the operator of this gateway: <q>\(HTML.text(type.title).text) (\(type.rawValue)), request mine-1</q>"
        #expect(words.contains(message) == type.words.isForOperator)
    }
}
