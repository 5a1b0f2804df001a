import Foundation
import Testing

/// LifeOfARequest.md names functions and files that exist, and the ways of a hit and of a miss stay short.
@Suite struct LifeOfARequestTests {
    private struct Row {
        let function: String
        let file: String
        let others: [String]
    }

    private static let sources = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Sources")

    private let text: String

    init() throws {
        text = try String(
            contentsOf: Self.sources.appending(path: "Gateway/Gateway.docc/LifeOfARequest.md"), encoding: .utf8)
    }

    /// The rows of the table below a heading.
    private func rows(below heading: String) throws -> [Row] {
        let start = try #require(text.range(of: "## \(heading)\n")).upperBound
        let section = text[start...].components(separatedBy: "\n## ")[0]
        return section.split(separator: "\n").filter { $0.hasPrefix("| ") && $0.contains("`") }.map { line in
            let cells = line.split(separator: "|", omittingEmptySubsequences: false).map(Self.code)
            return Row(function: cells[2].first ?? "", file: cells[3].first ?? "", others: cells[4])
        }
    }

    /// The texts between backquotes.
    private static func code(in cell: Substring) -> [String] {
        cell.split(separator: "`", omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset % 2 == 1 }.map { String($0.element) }
    }

    @Test(arguments: [("The way of a hit", 20, 18), ("The way of a miss", 60, 55)])
    func namesWhatExistsAndStaysShort(heading: String, leastSteps: Int, mostFiles: Int) throws {
        let rows = try rows(below: heading)
        #expect(rows.count >= leastSteps)
        #expect(Set(rows.map(\.file)).count <= mostFiles)
        for row in rows {
            let name = try #require(row.function.split(separator: ".").last)
            let source = try String(contentsOf: Self.sources.appending(path: row.file), encoding: .utf8)
            let declarations = name == "init" ? ["init("] : ["func \(name)", "let \(name)", "var \(name)"]
            #expect(declarations.contains { source.contains($0) }, "\(row.file) does not declare \(row.function)")
            for other in row.others {
                #expect(FileManager.default.fileExists(atPath: Self.sources.appending(path: other).path), "\(other)")
            }
        }
    }
}
