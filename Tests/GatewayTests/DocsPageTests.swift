import HTTPExchange
import HTTPTypes
import Testing

@testable import Gateway

/// The page `/docs`, made from what `Tests/OpenAPI/to_json.py` has made of openapi.yaml.
@Suite struct DocsPageTests {
    private let reading: APIReading
    private let page = String(decoding: Page.docs.body.bytes, as: UTF8.self)

    init() throws {
        reading = try APIReading.own()
    }

    private var operations: [APIReading.Operation] { reading.groups.flatMap(\.operations) }

    /// As it stands in the page.
    private func shown(_ text: String) -> String { HTML.text(text).text }

    @Test func showsEachOperationWithItsParametersAndSamples() {
        #expect(operations.map(\.path).prefix(3) == ["/jobs/{name}", "/jobs", "/jobs/{name}/events"])
        for operation in operations {
            #expect(page.contains("<section id=\"\(operation.id)\" class=\"operation\">"))
            #expect(page.contains("href=\"#\(operation.id)\">GET \(operation.path)</a>"))
            #expect(page.contains(shown(operation.summary)))
            for parameter in operation.parameters {
                #expect(page.contains("id=\"\(operation.id)-\(parameter.name)\" name=\"\(parameter.name)\""))
                for value in parameter.values { #expect(page.contains(value)) }
            }
            for sample in operation.samples { #expect(page.contains(shown(sample.source))) }
        }
    }

    @Test func showsWhatEachStatusMeansWithItsExamples() {
        let answers = Dictionary(uniqueKeysWithValues: reading.answers.map { ($0.name, $0) })
        for response in operations.flatMap(\.responses) {
            #expect(answers[response.answer] != nil && page.contains("<th scope=\"row\">\(response.status)</th>"))
            #expect(page.contains("<section id=\"\(response.answer)\">"))
        }
        #expect(reading.answers.flatMap(\.examples).count > 40)
        for example in reading.answers.flatMap(\.examples) { #expect(page.contains(shown(example.text))) }
    }

    /// Reader's tasks that the description has a program for, in each language.
    @Test func hasASampleOfEachTaskInEachLanguage() {
        let languages = ["Shell", "Python", "JavaScript"]
        for (id, count) in [("getJob", 2), ("getJobs", 1), ("getJobEvents", 1)] {
            let samples = operations.first { $0.id == id }?.samples ?? []
            for language in languages { #expect(samples.count { $0.language == language } == count, "\(id)") }
        }
    }

    /// What a form cannot send without script is disabled, and its path is that of an example.
    @Test func itsFormsLeadToTheirExamplesWithoutScript() {
        #expect(page.contains("action=\"/jobs/visit-42\" method=\"get\" data-path=\"/jobs/{name}\""))
        #expect(page.contains("action=\"/problems/job-not-found\" method=\"get\" data-path=\"/problems/{type}\""))
        let fields = page.split(separator: "<input ").dropFirst() + page.split(separator: "<select ").dropFirst()
        let enabled = fields.filter { $0.contains("data-place=") && !$0.prefix { $0 != ">" }.contains("disabled") }
        #expect(enabled.count == 1 && enabled[0].contains("id=\"getJobs-name\""))
    }

    /// Labels and links lead to something, and no name is given twice.
    @Test func itsNamesAreUnique() {
        func values(of attribute: String) -> [Substring] {
            page.split(separator: " \(attribute)=\"").dropFirst().map { $0.prefix { $0 != "\"" } }
        }
        let ids = values(of: "id")
        #expect(Set(ids).count == ids.count)
        for target in values(of: "for") + values(of: "aria-describedby") { #expect(ids.contains(target), "\(target)") }
        let anchors = values(of: "href").filter { $0.hasPrefix("#") }.map { $0.dropFirst() }
        #expect(anchors.count > 10)
        for anchor in anchors { #expect(ids.contains(anchor), "\(anchor)") }
    }

    @Test func isAFileWithThePolicyOfAPage() async throws {
        try await TestBench { $0.clientLimit?.burst = 1 }.run { bench in
            let policy = try #require(
                await bench.get("/problems/stopping?x", [(.accept, "text/html")]).field(
                    "Content-Security-Policy"))
            for _ in 1...3 {
                let reply = await bench.get("/docs")
                #expect(reply.status == .ok && reply.field("RateLimit") == nil)
                #expect(reply.field("Content-Type") == "text/html; charset=utf-8")
                #expect(reply.field("Content-Security-Policy") == policy)
                #expect(reply.field("X-Frame-Options") == "DENY")
                #expect(reply.field("Cache-Control") == "max-age=300")
                let known = await bench.get("/docs", [(.ifNoneMatch, try #require(reply.field("ETag")))])
                #expect(known.status == .notModified)
            }
            #expect(await bench.get("/docs.js").field("Content-Type") == "text/javascript; charset=utf-8")
        }
    }

    /// A gateway makes its files before the first request, and no route makes one.
    @Test func isMadeWithTheGateway() throws {
        #expect(TestBench().gateway.files["/docs"]?.body.bytes == Page.docs.body.bytes)
        #expect(throws: Problem.self) {
            let request = Request(
                method: .get, target: "/docs", host: "localhost", peer: PeerAddress(ipv4: 0x7F00_0001),
                fields: FieldList(list: []))
            _ = try Route(request, allowed: .full, files: [:])
        }
    }

    @Test func canBeUsedAsEveryURL() async {
        #expect(await TestBench().get("/docs", method: .options).field("Allow") == "GET, HEAD, OPTIONS")
        #expect(await TestBench().get("/docs", method: .head).status == .ok)
        #expect(await TestBench().get("/docs", method: .post).status == .methodNotAllowed)
        #expect(await TestBench().get("/docs?x").status == .badRequest)
    }

    @Test func loadsNothingFromElsewhere() {
        for attribute in ["src=\"", "href=\"http", "action=\"http", "style=", "onclick"] {
            let found = page.split(separator: attribute).dropFirst().map { $0.prefix(12) }
            #expect(found.allSatisfy { attribute == "src=\"" && $0.hasPrefix("/") }, "\(attribute): \(found)")
        }
    }
}
