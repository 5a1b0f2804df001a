import Foundation
import HTTPTypes
import Testing

@testable import Gateway

/// deploy/OPERATIONS.md lists the problems that an operator can do something about, with the status that they have.
@Suite struct OperationsPageTests {
    private static let page = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "deploy/OPERATIONS.md")

    @Test func listsTheProblemsOfTheOperator() throws {
        let text = try String(contentsOf: Self.page, encoding: .utf8)
        let rows = text.matches(of: /(?m)^\| `([a-z-]+)` \| ([0-9]{3}) \|/)
        let listed = Dictionary(uniqueKeysWithValues: rows.map { (String($0.1), Int($0.2)) })
        let causedByRequests: Set<ProblemType> = [.notCached, .unsupportedFeature]
        let wanted = ProblemType.allCases.filter { type in
            type.statuses[0].code >= 500 && !causedByRequests.contains(type)
                || [.clientNotAllowed, .invalidForwarding, .wrongHost, .quotaExceeded].contains(type)
        }
        #expect(listed == Dictionary(uniqueKeysWithValues: wanted.map { ($0.rawValue, $0.statuses[0].code) }))
    }
}
