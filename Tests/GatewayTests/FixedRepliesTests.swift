import Gateway
import HTTPExchange
import HTTPTypes
import Testing
import Transcribe

@Suite struct FixedRepliesTests {
    private static let browser = [(HTTPField.Name.accept, "text/html,application/xhtml+xml,*/*;q=0.8")]
    private static let policy = """
        default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; \
        base-uri 'none'; frame-ancestors 'none'
        """

    @Test func showsAJobAsAPageToWhoPrefersOne() async throws {
        try await TestBench().run { bench in
            var job = Job.finished("a")
            job.failureReason = "<script>"
            bench.source.put("a", job)
            let page = await bench.get("/jobs/a", Self.browser)
            #expect(page.status == .ok)
            #expect(page.field("Content-Type") == "text/html; charset=utf-8")
            #expect(page.field("Cache-Control") == "no-store")
            #expect(page.field("Content-Security-Policy") == Self.policy)
            #expect(page.field("X-Frame-Options") == "DENY")
            #expect(page.field("ETag") == nil)
            #expect(page.text.contains("<p class=\"status good\">COMPLETED</p>"))
            #expect(page.text.contains("href=\"https://s3.example/a.json\""))
            #expect(page.text.contains("&lt;script&gt;") && !page.text.contains("<script"))
            #expect(page.text.contains("<main>") && page.reloadInterval == nil)
        }
    }

    /// With script by the events, which are held against the tag; without script by itself. A browser obeys `Refresh` in
    /// both cases.
    @Test(arguments: [JobFields.full, [.init(.name), .init(.status)]])
    func letsThePageOfARunningJobFollowIt(fields: JobFields) async throws {
        try await TestBench { $0.fields = fields }.run { bench in
            var job = Job.running("a")
            job.mediaURI = "s3://recordings/a.wav"
            bench.source.put("a", job)
            let page = await bench.get("/jobs/a", Self.browser)
            #expect(page.field("Refresh") == nil)
            #expect(page.reloadInterval == 6)
            #expect(page.text.contains("<script src=\"/page.js\" defer=\"\"></script><noscript>"))
            let tag = try #require(await bench.get("/jobs/a?view=full").field("ETag"))
            #expect(page.text.contains("<main data-tag=\"\(tag.replacing("\"", with: "&quot;"))\">"))
        }
    }

    @Test(arguments: [(100, 2), (1_000, 2), (5_000, 6), (5_001, 7)])
    func reloadsThePageASecondAfterTheJobCanHaveChanged(running: Int, interval: Int) async throws {
        try await TestBench { $0.freshness.running = .milliseconds(running) }.run { bench in
            bench.source.put("a", .running("a"))
            #expect(await bench.get("/jobs/a", Self.browser).reloadInterval == interval)
        }
    }

    @Test func loadsNoScriptOnOtherPages() async throws {
        try await TestBench().run { bench in
            for target in ["/", "/jobs/unknown", "/problems/stopping"] {
                #expect(!(await bench.get(target, Self.browser).text.contains("<script")))
            }
        }
    }

    @Test func linksToWebPagesOnly() async throws {
        try await TestBench().run { bench in
            var job = Job.finished("a")
            job.transcriptURI = "javascript:alert(1)"
            bench.source.put("a", job)
            #expect(!(await bench.get("/jobs/a", Self.browser).text.contains("href=\"javascript")))
        }
    }

    @Test func hidesOnThePageWhatTheOperatorHides() async throws {
        try await TestBench { $0.fields = .init([.name, .status]) }.run { bench in
            bench.source.put("a", .finished("a"))
            #expect(!(await bench.get("/jobs/a", Self.browser).text.contains("s3.example")))
        }
    }

    @Test func saysAProblemOnAPage() async throws {
        try await TestBench().run { bench in
            let page = await bench.get("/jobs/unknown", Self.browser)
            #expect(page.status == .notFound)
            #expect(page.field("Content-Type") == "text/html; charset=utf-8")
            #expect(page.field("Content-Security-Policy") == Self.policy)
            #expect(page.text.contains("There is no such job"))
        }
    }

    @Test func leadsFromTheFormToTheJob() async {
        let reply = await TestBench().get("/jobs?name=visit-42", Self.browser)
        #expect(reply.status == .seeOther)
        #expect(reply.field("Location") == "/jobs/visit-42")
        let home = await TestBench().get("/").text
        #expect(home.contains("<form action=\"/jobs\" method=\"get\">"))
        // Blanks around a name that was pasted are no part of it.
        #expect(home.contains("pattern=\" *[0-9a-zA-Z._\\-]+ *\""))
    }

    @Test(arguments: [nil, "*/*", "application/json", "text/html;q=0.5, application/json"])
    func answersAProgramWithTheJobItself(accept: String?) async throws {
        try await TestBench().run { bench in
            bench.source.put("visit-42", .finished("visit-42"))
            for method in [HTTPRequest.Method.get, .head] {
                let reply = await bench.get("/jobs?name=visit-42", accept.map { [(.accept, $0)] } ?? [], method: method)
                #expect(reply.status == .ok)
                #expect(reply.field("Location") == nil)
                #expect(reply.text.hasPrefix(#"{"jobs":[{"name":"visit-42","status":"COMPLETED""#))
            }
        }
    }

    @Test func saysOfTheRedirectWhatItDependsOn() async {
        #expect(await TestBench().get("/jobs?name=visit-42", Self.browser).field("Vary") == "Accept, Origin")
    }

    @Test(arguments: [
        ("/style.css", "text/css; charset=utf-8"), ("/icon.svg", "image/svg+xml"),
        ("/page.js", "text/javascript; charset=utf-8"),
        ("/openapi.yaml", "application/yaml"),
        ("/openapi.json", "application/json"),
    ])
    func servesItsFilesWithATag(path: String, type: String) async throws {
        let file = await TestBench().get(path)
        #expect(file.status == .ok)
        #expect(file.field("Content-Type") == type)
        #expect(file.field("Vary") == "Origin")
        let eTag = try #require(file.field("ETag"))
        let known = await TestBench().get(path, [(.ifNoneMatch, eTag)])
        #expect(known.status == .notModified)
        #expect(known.field("Vary") == "Origin")
    }

    @Test(arguments: ProblemType.allCases)
    func saysWhatEachProblemMeans(type: ProblemType) async {
        let document = await TestBench().get("/problems/\(type.rawValue)")
        #expect(document.status == .ok)
        #expect(document.text.contains("\"title\":\"\(type.title)\""))
        #expect(await TestBench().get("/problems/\(type.rawValue)", Self.browser).text.contains("<h1>"))
    }

    /// A job's name in a referrer would go to S3.
    @Test(arguments: [
        "/jobs/a", "/jobs/a%00", "/jobs?name=a", "/", "/style.css", "/openapi.json", "/problems/stopping", "/nothing",
    ])
    func letsNoTypeBeGuessedAndSendsNoReferrer(target: String) async throws {
        for method in [HTTPRequest.Method.get, .head, .options, .post] {
            for fields in [[], Self.browser] {
                try await TestBench().run { bench in
                    bench.source.put("a", .finished("a"))
                    let reply = await bench.get(target, fields, method: method)
                    #expect(reply.field("X-Content-Type-Options") == "nosniff", "\(method) \(target)")
                    #expect(reply.field("Referrer-Policy") == "no-referrer", "\(method) \(target)")
                }
            }
        }
    }

    @Test(arguments: ["/jobs/a", "/jobs", "/", "/style.css", "/problems/job-not-found", "*"])
    func saysWhatCanBeDone(target: String) async {
        let reply = await TestBench().get(target, method: .options)
        #expect(reply.status == .noContent)
        #expect(reply.field("Allow") == "GET, HEAD, OPTIONS")
        #expect(reply.field("Access-Control-Allow-Origin") == nil)
    }
}

@Suite struct CrossOriginTests {
    private let app = "https://app.example"

    private func get(
        from origin: String, method: HTTPRequest.Method = .get, preflight: Bool = false, allowing: CrossOrigin
    ) async -> Reply {
        let bench = TestBench { $0.crossOrigin = allowing }
        let asked = preflight ? [(HTTPField.Name.accessControlRequestMethod, "GET")] : []
        return await bench.get("/jobs/a%00", [(.origin, origin)] + asked, method: method)
    }

    @Test func letsNamedOriginsReadAnswersAndNoOthers() async {
        let shared = await get(from: app, allowing: .only([app]))
        #expect(shared.field("Access-Control-Allow-Origin") == app)
        #expect(shared.field("Cross-Origin-Resource-Policy") == "cross-origin")
        #expect(
            shared.field("Access-Control-Expose-Headers") == """
                Age, Cache-Status, Date, ETag, Preference-Applied, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id
                """)
        #expect(shared.field("Access-Control-Allow-Credentials") == nil)
        for origin in ["https://app.example.evil", "http://app.example", "null", ""] {
            let refused = await get(from: origin, allowing: .only([app]))
            #expect(refused.field("Access-Control-Allow-Origin") == nil)
            #expect(refused.field("Cross-Origin-Resource-Policy") == "same-origin")
        }
    }

    @Test(arguments: [HTTPRequest.Method.get, .options])
    func letsEveryOriginReadAnswersWithoutNamingIt(method: HTTPRequest.Method) async {
        for origin in ["https://any.example", "null", "\u{301}"] {
            let reply = await get(from: origin, method: method, preflight: method == .options, allowing: .any)
            #expect(reply.field("Access-Control-Allow-Origin") == "*")
            #expect(reply.field("Cross-Origin-Resource-Policy") == "cross-origin")
        }
    }

    /// No browser sends an empty one.
    @Test(arguments: [CrossOrigin.any, .only([""]), .only(["https://app.example"])])
    func takesAnEmptyOriginForNone(allowed: CrossOrigin) async {
        let reply = await get(from: "", allowing: allowed)
        #expect(reply.field("Access-Control-Allow-Origin") == nil)
        #expect(reply.field("Cross-Origin-Resource-Policy") == "same-origin")
    }

    /// A cache in between must not give a page of one origin what was allowed to another.
    @Test(arguments: [
        "/jobs/a", "/jobs/a%00", "/jobs?name=a", "/", "/style.css", "/openapi.json", "/problems/stopping", "/nothing",
    ])
    func saysThatAnswersDependOnTheOrigin(target: String) async throws {
        for method in [HTTPRequest.Method.get, .head, .options, .post] {
            for fields in [[], [(HTTPField.Name.accept, "text/html")]] {
                try await TestBench { $0.crossOrigin = .only([app]) }.run { bench in
                    bench.source.put("a", .finished("a"))
                    let vary = await bench.get(target, fields, method: method).field("Vary")
                    #expect(vary?.hasSuffix("Origin") == true, "\(method) \(target)")
                }
            }
        }
    }

    @Test func answersAPreflight() async {
        let allowed = await get(from: app, method: .options, preflight: true, allowing: .only([app]))
        #expect(allowed.status == .noContent)
        #expect(allowed.field("Access-Control-Allow-Methods") == "GET, HEAD")
        #expect(
            allowed.field("Access-Control-Allow-Headers") == """
                Accept, Authorization, Cache-Control, Content-Type, If-None-Match, Last-Event-ID, Prefer, traceparent, \
                tracestate, X-Api-Key, X-Request-Id, X-Requested-With
                """)
        #expect(allowed.field("Access-Control-Max-Age") == "7200")
        #expect(allowed.field("Vary") == "Origin")
        let refused = await get(
            from: "https://other.example", method: .options, preflight: true, allowing: .only([app]))
        #expect(refused.field("Access-Control-Allow-Methods") == nil)
    }
}
