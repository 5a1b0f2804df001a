import Gateway
import HTTPExchange
import HTTPTypes
import Testing
import Transcribe

@Suite struct RouteTests {
    @Test(arguments: [
        ("/jobs/", 400, "invalid-job-name"),
        ("/jobs/\(String(repeating: "a", count: 201))", 400, "invalid-job-name"),
        ("/jobs/%2e%2e", 400, "invalid-job-name"),
        ("/jobs/..", 400, "invalid-job-name"),
        ("/jobs/a%2Fb", 400, "invalid-job-name"),
        ("/jobs/a%00", 400, "invalid-job-name"),
        ("/jobs/a%0A", 400, "invalid-job-name"),
        ("/jobs/%C3%A4", 400, "invalid-job-name"),
        ("/jobs/%252e", 400, "invalid-job-name"),
        ("/jobs/a+b", 400, "invalid-job-name"),
        ("/jobs/a;v=1", 400, "invalid-job-name"),
        ("/jobs/a?x=1", 400, "invalid-query"),
        ("/jobs/a?fields=", 400, "invalid-query"),
        ("/jobs/a?fields=nonsense", 400, "invalid-query"),
        ("/jobs/a?fields=name&view=full", 400, "invalid-query"),
        ("/jobs/a?view=full&fields=name", 400, "invalid-query"),
        ("/jobs/a?view=full&view=full", 400, "invalid-query"),
        ("/jobs/a?view=half", 400, "invalid-query"),
        ("/jobs/a?view=full&", 400, "invalid-query"),
        ("/jobs/a/", 404, "no-such-route"),
        ("/jobs/a/b", 404, "no-such-route"),
        ("//jobs/a", 404, "no-such-route"),
        ("/Jobs/a", 404, "no-such-route"),
        ("/jobs", 400, "invalid-query"),
        ("/jobs?nom=a", 400, "invalid-query"),
        ("/jobs?name=", 400, "invalid-job-name"),
        ("/jobs?name=a+b", 400, "invalid-job-name"),
        ("/?x", 400, "invalid-query"),
        ("/problems/none", 404, "no-such-route"),
        ("/style.css/", 404, "no-such-route"),
        ("*", 404, "no-such-route"),
    ])
    func refusesWithoutAskingAnyone(target: String, status: Int, problem: String) async {
        let bench = TestBench()
        let reply = await bench.get(target)
        #expect(reply.status.code == status)
        #expect(reply.text.contains("\"type\":\"/problems/\(problem)\""))
        #expect(reply.field("Content-Type") == "application/problem+json")
        #expect(reply.field("Cache-Control") == "no-store")
        #expect(bench.source.calls == 0)
    }

    /// A mark that combines with a delimiter makes one Character of both.
    @Test(arguments: [
        ("fields=name&\u{301}view=full", "The query may hold"), ("view=\u{301}full", "can only be"),
    ])
    func takesAQueryApartAtItsBytes(query: String, words: String) async {
        let reply = await TestBench().get("/jobs/a?\(query)")
        #expect(reply.status == .badRequest)
        #expect(reply.text.contains(words))
    }

    @Test(arguments: [HTTPRequest.Method.post, .put, .delete, .patch, .trace, .connect, .init("FOO")!])
    func namesTheMethodsThatAreAllowed(method: HTTPRequest.Method) async {
        let reply = await TestBench().get("/jobs/a", method: method)
        #expect(reply.status == .methodNotAllowed)
        #expect(reply.field("Allow") == "GET, HEAD, OPTIONS")
    }

    @Test func takesANameOf200CharactersAndDecodesOnce() async throws {
        try await TestBench().run { bench in
            let name = String(repeating: "a", count: 200)
            bench.source.put(name, .finished(name))
            bench.source.put("a.b", .finished("a.b"))
            #expect(await bench.get("/jobs/\(name)").status == .ok)
            #expect(await bench.get("/jobs/a%2Eb").status == .ok)
        }
    }

    @Test func showsTheMembersThatAreAskedForInTheirOwnOrder() async throws {
        try await TestBench().run { bench in
            var job = Job.finished("a")
            job.languageCode = .init(rawValue: "en-US")
            bench.source.put("a", job)
            #expect(
                await bench.get("/jobs/a?fields=transcriptUri,name").text
                    == #"{"name":"a","transcriptUri":"https://s3.example/a.json"}"#)
            for comma in ["%2C", "%2c", "&fields="] {
                let reply = await bench.get("/jobs/a?fields=status\(comma)name")
                #expect(reply.text == #"{"name":"a","status":"COMPLETED"}"#)
            }
            #expect(await bench.get("/jobs/a?fields=%2c,name%2cstatus,").text == #"{"name":"a","status":"COMPLETED"}"#)
            #expect(await bench.get("/jobs/a?view=full").text.contains(#""languageCode":"en-US""#))
            #expect(await bench.get("/jobs/a?fields=createdAt").text == "{}")
        }
    }

    @Test(arguments: ["name%2", "name%", "name%2Dstatus", "%2Cx", "name,\u{301}", "namE", "name,name,x"])
    func refusesAListOfOtherNames(list: String) async {
        let refused = await TestBench().get("/jobs/a?fields=\(list)")
        #expect(refused.status == .badRequest)
        #expect(refused.text.contains("a member that a job does not have"))
    }

    @Test func readsSixtyFourNames() async throws {
        try await TestBench().run { bench in
            bench.source.put("a", .finished("a"))
            let names = { Array(repeating: "name", count: $0).joined(separator: ",") }
            #expect(await bench.get("/jobs/a?fields=\(names(64))").text == #"{"name":"a"}"#)
            let members = Array(repeating: "fields=name", count: 64).joined(separator: "&")
            #expect(await bench.get("/jobs/a?\(members)").text == #"{"name":"a"}"#)
            let refused = await bench.get("/jobs/a?fields=\(names(64))&fields=name")
            #expect(refused.status == .badRequest)
            #expect(refused.text.contains("'fields' may hold 64 names. Name each member once."))
        }
    }

    /// The query is as long as the server takes it; nothing is made of its members.
    @Test(arguments: [128, 129, 2_000])
    func judgesAQueryOfManyMembersItself(count: Int) async {
        let members = Array(repeating: "a=b", count: count).joined(separator: "&")
        let refused = await TestBench().get("/jobs/a?\(members)")
        #expect(refused.status == .badRequest)
        #expect(refused.text.contains("/problems/invalid-query"))
        #expect(refused.text.contains(#""instance":"/jobs/a""#))
    }

    @Test(arguments: [
        ("/jobs/a?feilds=status", "fields"), ("/jobs/a?Fields=status", "fields"), ("/jobs/a?veiw=full", "view"),
        ("/jobs/a?waits=1", "wait"), ("/jobs/a?fromat=json", "format"), ("/jobs/a/events?field=name", "fields"),
        ("/jobs?names=a", "name"), ("/jobs?nmae=a", "name"),
        ("/jobs/a?fields=transcriptURI", "transcriptUri"), ("/jobs/a?fields=name,STATUS", "status"),
        ("/jobs/a/events?fields=createdat", "createdAt"), ("/jobs?name=a&fields=failureReasons", "failureReason"),
    ])
    func namesTheNearestRightOne(target: String, meant: String) async {
        let refused = await TestBench().get(target)
        #expect(refused.status == .badRequest)
        #expect(refused.text.contains(" Did you mean '\(meant)'?\""), "\(refused.text)")
    }

    @Test(arguments: [
        "/jobs/a?nonsense", "/jobs/a?fields=nonsense", "/jobs/a/events?wait=1", "/jobs?name=a&wait=1",
        "/jobs/a?\(String(repeating: "f", count: 200))", "/jobs/a?fields=\(String(repeating: "f", count: 200))",
    ])
    func namesNoneWhereNoneIsNear(target: String) async {
        let refused = await TestBench().get(target)
        #expect(refused.status == .badRequest)
        #expect(refused.text.contains("Leave the other out.") && !refused.text.contains("Did you mean"))
    }

    @Test func suggestsNothingThatIsHidden() async {
        let bench = TestBench { $0.fields = .init([.name, .status]) }
        #expect(!(await bench.get("/jobs/a?fields=transcriptURI").text.contains("transcriptUri")))
    }

    @Test func hidesWhatTheOperatorHides() async throws {
        try await TestBench { $0.fields = .init([.name, .status]) }.run { bench in
            bench.source.put("a", .finished("a"))
            #expect(await bench.get("/jobs/a").text == #"{"name":"a","status":"COMPLETED"}"#)
            #expect(await bench.get("/jobs/a?view=full").text == #"{"name":"a","status":"COMPLETED"}"#)
            let refused = await bench.get("/jobs/a?fields=transcriptUri")
            #expect(refused.status == .badRequest)
            #expect(refused.text.contains("It can name: name, status."))
        }
    }

    @Test(arguments: [
        ("localhost", 404), ("LOCALHOST:80", 404), ("127.0.0.1:80", 404), ("[::1]", 404), ("[::1]:80", 404), ("", 404),
        ("evil.example", 421), ("localhos", 421), ("localhostevil", 421), ("localhost.evil:80", 421),
        ("127.0.0.1.evil", 421), ("[::1]evil", 421), ("[::1].evil:80", 421), ("[::1", 421), (":80", 421),
        ("localhost:", 404), ("localhost:evil.example", 421), ("localhost:80.evil", 421), ("localhost:65536", 421),
        ("[::1]:evil", 421), ("[", 421), ("localhost\u{301}", 421), ("localhost:\u{301}", 421),
        ("localhost:80\u{301}", 421),
    ])
    func answersForItsHostsOnly(host: String, status: Int) async throws {
        try await TestBench { $0.hosts = .only(["localhost", "127.0.0.1", "[::1]"]) }.run { bench in
            #expect(await bench.get("/jobs/a", host: host).status.code == status)
        }
    }
}
