import HTTPExchange
import HTTPTypes
import Testing
import Transcribe

@testable import Gateway

/// A client, by the header fields that it was seen to send.
struct ClientSample: CustomTestStringConvertible, Sendable {
    let name: String
    let accept: String?
    let agent: String
    var mode: String?
    var isXMLHttpRequest = false
    let getsPage: Bool

    var testDescription: String { name }

    var fields: [(HTTPField.Name, String)] {
        [
            (.accept, accept), (.userAgent, agent), (.secFetchMode, mode),
            (.init("X-Requested-With")!, isXMLHttpRequest ? "XMLHttpRequest" : nil),
        ].compactMap { name, value in value.map { (name, $0) } }
    }

    private static let blink = """
        text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,\
        application/signed-exchange;v=b3;q=0.7
        """
    private static let gecko = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    private static let chrome = """
        Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36
        """
    private static let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
    private static let safari = """
        Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/605.1.15
        """

    static let all = [
        ClientSample(
            name: "JDK 17 HttpURLConnection", accept: "text/html, image/gif, image/jpeg, */*; q=0.2",
            agent: "Java/17.0.15", getsPage: false),
        ClientSample(
            name: "JDK 11 HttpURLConnection", accept: "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2",
            agent: "Java/11.0.24", getsPage: false),
        ClientSample(
            name: "HttpURLConnection that is told to accept HTML", accept: "text/html", agent: "Java/17.0.15",
            getsPage: true),
        ClientSample(
            name: "HttpURLConnection with http.agent", accept: "text/html, image/gif, image/jpeg, */*; q=0.2",
            agent: "myapp Java/17.0.15", getsPage: false),
        ClientSample(
            name: "HttpURLConnection with http.agent and an Accept of its program", accept: "text/html, */*; q=0.5",
            agent: "myapp Java/17.0.15", getsPage: false),
        ClientSample(
            name: "JDK 17 HttpURLConnection with a User-Agent of its program",
            accept: "text/html, image/gif, image/jpeg, */*; q=0.2", agent: "myapp/1.0", getsPage: false),
        ClientSample(
            name: "JDK 11 HttpURLConnection with a User-Agent of its program",
            accept: "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", agent: "myapp/1.0", getsPage: false),
        ClientSample(
            name: "WebView of JavaFX", accept: gecko,
            agent: "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/617.1 (KHTML, like Gecko) JavaFX/21 Safari/617.1",
            getsPage: true),
        ClientSample(name: "java.net.http", accept: nil, agent: "Java-http-client/17.0.15", getsPage: false),
        ClientSample(name: "wget", accept: "*/*", agent: "Wget/1.21.3", getsPage: false),
        ClientSample(name: "curl", accept: "*/*", agent: "curl/7.88.1", getsPage: false),
        ClientSample(name: "urllib", accept: nil, agent: "Python-urllib/3.11", getsPage: false),
        ClientSample(
            name: "Lynx", accept: "text/html, text/plain, text/sgml, text/css, */*;q=0.01",
            agent: "Lynx/2.9.0dev.12 libwww-FM/2.14 SSL-MM/1.4.1 GNUTLS/3.7.8", getsPage: true),
        // Its weights of HTML and of JSON are equal.
        ClientSample(
            name: "w3m", accept: "text/html, text/*;q=0.5, image/*, application/*, x-scheme-handler/*",
            agent: "w3m/0.5.3+git20230121", getsPage: false),
        ClientSample(name: "Links", accept: "*/*", agent: "Links (2.28; Linux x86_64; GNU C 12.2)", getsPage: false),
        ClientSample(
            name: "jQuery", accept: "*/*", agent: chrome, mode: "cors", isXMLHttpRequest: true, getsPage: false),
        ClientSample(
            name: "jQuery, dataType html", accept: "text/html, */*; q=0.01", agent: chrome, mode: "cors",
            isXMLHttpRequest: true, getsPage: false),
        ClientSample(name: "Chrome, address bar", accept: blink, agent: chrome, mode: "navigate", getsPage: true),
        ClientSample(name: "Chrome, fetch", accept: "*/*", agent: chrome, mode: "cors", getsPage: false),
        ClientSample(name: "Chrome, http on another host", accept: blink, agent: chrome, getsPage: true),
        ClientSample(name: "Firefox, address bar", accept: gecko, agent: firefox, mode: "navigate", getsPage: true),
        ClientSample(name: "Firefox, fetch", accept: "*/*", agent: firefox, mode: "cors", getsPage: false),
        ClientSample(name: "Safari, address bar", accept: gecko, agent: safari, mode: "navigate", getsPage: true),
        ClientSample(name: "Safari before Fetch Metadata", accept: gecko, agent: safari, getsPage: true),
        ClientSample(name: "Safari, fetch", accept: "*/*", agent: safari, mode: "cors", getsPage: false),
        ClientSample(
            name: "Edge, address bar", accept: blink, agent: chrome + " Edg/142.0.0.0", mode: "navigate", getsPage: true
        ),
        ClientSample(
            name: "Edge, fetch", accept: "*/*", agent: chrome + " Edg/142.0.0.0", mode: "cors", getsPage: false),
        ClientSample(
            name: "script that sends a browser's Accept", accept: blink, agent: chrome, mode: "same-origin",
            getsPage: false),
        // As the script of a running job's page does.
        ClientSample(
            name: "script that accepts HTML and nothing else", accept: "text/html", agent: chrome, mode: "cors",
            getsPage: true),
    ]
}

@Suite struct RepresentationTests {
    private func isPage(_ reply: Reply) -> Bool { reply.field("Content-Type") == "text/html; charset=utf-8" }

    @Test(arguments: ClientSample.all)
    func givesAPageWhereAPersonIsLikely(client: ClientSample) async throws {
        try await TestBench().run { bench in
            bench.source.put("a", .finished("a"))
            for target in ["/jobs/a", "/jobs/unknown", "/jobs/a?x", "/problems/stopping"] {
                #expect(isPage(await bench.get(target, client.fields)) == client.getsPage, "\(target)")
            }
        }
    }

    /// Two clients with the same Accept can get different things, and one of them may be kept.
    @Test(arguments: ClientSample.all)
    func aDocumentSaysWhatItDependsOn(client: ClientSample) async throws {
        guard !client.getsPage else { return }
        try await TestBench().run { bench in
            bench.source.put("a", .finished("a"))
            let reply = await bench.get("/jobs/a", client.fields)
            let couldBePage = AcceptField.preference(in: client.accept) != .document
            let rest = couldBePage ? ", Sec-Fetch-Mode, User-Agent" : ""
            #expect(reply.field("Vary") == "Accept, Prefer, Origin" + rest)
        }
    }

    private static let browser = ClientSample.all.first { $0.name == "Firefox, address bar" }!.fields

    @Test(arguments: [[], browser]) func theQueryOutweighsTheFields(fields: [(HTTPField.Name, String)]) async throws {
        try await TestBench().run { bench in
            bench.source.put("a", .finished("a"))
            for name in ["a", "unknown", "b%2Fc"] {
                for rest in ["", "&fields=status", "&nonsense", "&format=json"] {
                    #expect(isPage(await bench.get("/jobs/\(name)?format=html\(rest)", fields)), "\(name) \(rest)")
                }
                for rest in ["", "&view=full", "&nonsense", "&format=html"] {
                    #expect(!isPage(await bench.get("/jobs/\(name)?format=json\(rest)", fields)), "\(name) \(rest)")
                }
            }
            #expect(await bench.get("/jobs/a?fields=name&format=json", fields).text == #"{"name":"a"}"#)
        }
    }

    @Test func aRefusalByTheLimitObeysTheQueryToo() async throws {
        try await TestBench { $0.clientLimit?.burst = 1 }.run { bench in
            _ = await bench.get("/jobs/a")
            let page = await bench.get("/jobs/a?format=html")
            #expect(page.status == .tooManyRequests && isPage(page))
            let document = await bench.get("/jobs/a?format=json", Self.browser)
            #expect(document.status == .tooManyRequests && !isPage(document))
        }
    }

    @Test(arguments: ["format=xml", "format=", "format", "format=HTML", "format=json,html", "format=\u{301}html"])
    func refusesOtherFormatsByNamingTheTwo(query: String) async {
        for fields in [[], Self.browser] {
            let reply = await TestBench().get("/jobs/a?\(query)", fields)
            #expect(reply.status == .badRequest)
            #expect(isPage(reply) == !fields.isEmpty)
            #expect(reply.text.contains("can only be") && reply.text.contains("json") && reply.text.contains("html"))
        }
    }

    @Test(arguments: ["/jobs/a?format=json&format=json", "/jobs/a/events?format=json", "/jobs?name=a&format=json"])
    func isGivenOnceAndForASingleJob(target: String) async {
        #expect(await TestBench().get(target).status == .badRequest)
    }

    @Test func aPageThatIsAskedForDoesNotWait() async throws {
        try await TestBench().run { bench in
            bench.source.put("a", .running("a"))
            _ = await bench.get("/jobs/a")
            #expect(isPage(await bench.get("/jobs/a?wait=45&format=html")))
        }
    }

    /// As many members as a job's URL may have, and as many names as `fields` may.
    @Test(arguments: [0, 3, 4, 64, 67]) func aRefusalObeysTheQueryBehindOtherMembers(count: Int) async {
        let fields = String(repeating: "fields=mediaSampleRateHertz&", count: count)
        for nonsense in ["&fields=nonsense", "&nonsense"] {
            let document = await TestBench().get("/jobs/a?\(fields)format=json\(nonsense)", Self.browser)
            #expect(document.status == .badRequest && !isPage(document))
            let page = await TestBench().get("/jobs/a?\(fields)format=html\(nonsense)")
            #expect(page.status == .badRequest && isPage(page))
        }
    }

    /// What is read for a refusal stays little.
    @Test func readsNoMoreMembersThanAJobHas() {
        let members = { String(repeating: "a&", count: $0) }
        #expect(Representation(inQueryOf: "/jobs/a?\(members(67))format=html") == .html)
        #expect(Representation(inQueryOf: "/jobs/a?\(members(68))format=html") == nil)
        #expect(Representation(inQueryOf: "/jobs/a") == nil)
    }
}
