import Foundation
import Gateway
import HTTPExchange
import HTTPTypes
import Testing
import Transcribe

@Suite struct FixedRepliesTests {
    private static let browser = [(HTTPField.Name.accept, "text/html,application/xhtml+xml,*/*;q=0.8")]
    @Test func leadsFromTheFormToTheJob() async {
        let reply = await TestBench().get("/jobs?name=visit-42", Self.browser)
        #expect(reply.status == .seeOther)
        #expect(reply.field("Location") == "/jobs/visit-42")
        let home = await TestBench().get("/", Self.browser).text
        #expect(home.contains("<form action=\"/jobs\" method=\"get\" role=\"search\">"))
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

    /// Each route that a program is told of leads somewhere.
    @Test func listsTheRoutesForPrograms() async throws {
        try await TestBench().run { bench in
            bench.source.put("a", .finished("a"))
            let index = await bench.get("/")
            #expect(index.field("Content-Type") == "application/json")
            #expect(index.field("Vary") == "Accept, Prefer, Origin")
            let routes = try JSONDecoder().decode([String: String].self, from: Data(index.body.bytes))
            #expect(Set(routes.keys).isSuperset(of: ["job", "wait", "events", "jobs", "description", "problems"]))
            for route in routes.values {
                #expect(route.hasPrefix("GET /"))
                let target = route.dropFirst(4).replacing("{name}", with: "a").replacing("{seconds}", with: "1")
                #expect(await bench.get(String(target)).status == .ok, "\(target)")
            }
        }
    }

    @Test func listsEveryTypeOfProblem() async throws {
        let document = try JSONDecoder().decode(
            [String: [[String: String]]].self, from: Data(await TestBench().get("/problems").body.bytes))
        let problems = try #require(document["problems"])
        #expect(problems.map { $0["code"] } == ProblemType.allCases.map(\.rawValue))
        #expect(problems.map { $0["title"] } == ProblemType.allCases.map(\.title))
        let page = await TestBench().get("/problems", Self.browser).text
        for type in ProblemType.allCases {
            #expect(page.contains("<a href=\"/problems/\(type.rawValue)\">"))
            let own = await TestBench().get("/problems/\(type.rawValue)", Self.browser).text
            #expect(own.contains("<a href=\"/problems\">"))
        }
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
