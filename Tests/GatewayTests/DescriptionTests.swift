import Foundation
import Testing

@testable import Gateway

/// openapi.json, which says what openapi.yaml says, and the code name the same things in the same order.
@Suite struct DescriptionTests {
    private typealias Object = [String: Any]

    private static let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Sources/Gateway/Resources/openapi.json")

    private let text: String
    private let document: Object

    init() throws {
        text = try String(contentsOf: Self.file, encoding: .utf8)
        document = try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? Object)
    }

    /// The object at the end of these keys.
    private func object(_ keys: String...) throws -> Object {
        try keys.reduce(document) { object, key in
            try #require(object[key] as? Object, "there is no object '\(key)' in \(keys)")
        }
    }

    @Test func describesEveryMemberOfAJob() throws {
        let properties = try object("components", "schemas", "JobMembers", "properties")
        #expect(Set(properties.keys) == Set(JobField.allCases.map(\.rawValue)))
    }

    /// A parsed object has no order, so this looks at the text.
    @Test func describesTheMembersInTheOrderInWhichTheyAreWritten() throws {
        let schemas = try #require(text.range(of: #""schemas":{"#)).upperBound
        let job = try #require(text.range(of: #""JobMembers":{"#, range: schemas..<text.endIndex)).upperBound
        var place = job
        for field in JobField.allCases {
            let member = text.range(of: "\"\(field.rawValue)\":{", range: place..<text.endIndex)
            place = try #require(member, "\(field) is not where it should be").upperBound
        }
    }

    @Test func listsTheMembersThatCanBeAskedFor() throws {
        let names = try object("components", "schemas", "JobMember")["enum"] as? [String]
        #expect(names == JobField.allCases.map(\.rawValue))
    }

    @Test func listsEveryTypeOfProblem() throws {
        let codes = try object("components", "schemas", "ProblemCode")["enum"] as? [String]
        #expect(codes == ProblemType.allCases.map(\.rawValue))
    }

    @Test func listsTheRepresentations() throws {
        let formats = try object("components", "parameters", "Format", "schema")["enum"] as? [String]
        #expect(formats == Representation.allCases.map(\.rawValue))
    }

    @Test func callsProblemsWhatTheCodeCallsThem() throws {
        let titles = Dictionary(uniqueKeysWithValues: ProblemType.allCases.map { ($0.uri, $0.title) })
        let problems = try object("components", "responses").values.flatMap(Self.problems)
        for problem in problems {
            let type = try #require(problem["type"] as? String)
            let code = try #require(problem["code"] as? String)
            #expect(ProblemType(rawValue: code)?.uri == type)
            #expect(problem["title"] as? String == titles[type])
        }
        // GET and HEAD have no content that could be too large, and operators purge on their own listener.
        let shown = Set(problems.compactMap { $0["type"] as? String })
        let elsewhere = [ProblemType.contentTooLarge, .purgingNotAllowed].map(\.uri)
        #expect(shown == Set(titles.keys).subtracting(elsewhere))
    }

    /// The examples of a response's problem document.
    private static func problems(in response: Any) -> [Object] {
        let content = (response as? Object)?["content"] as? Object
        let examples = (content?["application/problem+json"] as? Object)?["examples"] as? Object
        return (examples ?? [:]).values.compactMap { ($0 as? Object)?["value"] as? Object }
    }

    /// One file stands for all, and one sentence for what every URL does beside GET.
    @Test func describesEveryPathAndItsMethods() throws {
        let paths = try object("paths")
        let routes = ["/", "/jobs", "/jobs/{name}", "/jobs/{name}/events", "/problems", "/problems/{type}"]
        #expect(Set(paths.keys) == Set(routes + ["/openapi.json", "/docs", "/livez", "/readyz"]))
        for (path, item) in paths { #expect(Set(try #require(item as? Object).keys) == ["get"], "\(path)") }
        let prose = try #require(try object("info")["description"] as? String)
        for file in StaticFile.all.keys where paths[file] == nil { #expect(prose.contains("`\(file)`"), "\(file)") }
        #expect(prose.contains("answers `HEAD` as it answers GET") && prose.contains("`Allow: \(Route.methods)`"))
    }

    /// The members of each query that the program knows are described, and no others.
    @Test func describesTheMembersOfEachQuery() throws {
        func names(of path: String) throws -> Set<String> {
            let parameters = try #require(try object("paths", path, "get")["parameters"] as? [Object])
            let described = try parameters.compactMap { parameter -> String? in
                let name = try #require((parameter["$ref"] as? String)?.split(separator: "/").last)
                let whole = try object("components", "parameters", String(name))
                return whole["in"] as? String == "query" ? whole["name"] as? String : nil
            }
            return Set(described)
        }
        #expect(try names(of: "/jobs/{name}") == Set(QueryMember.ofJob.map(\.rawValue)))
        #expect(try names(of: "/jobs/{name}/events") == Set(QueryMember.ofEvents.map(\.rawValue)))
        #expect(try names(of: "/jobs") == Set(QueryMember.ofBatch.map(\.rawValue)))
    }
}
