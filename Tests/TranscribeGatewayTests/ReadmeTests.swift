import ArgumentParser
import Foundation
import Testing

@testable import TranscribeGateway

/// The README and the program say the same.
@Suite struct ReadmeTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    private static let readme = text(of: "README.md")

    private static func text(of path: String) -> String {
        (try? String(contentsOf: root.appending(path: path), encoding: .utf8)) ?? ""
    }

    @Test(arguments: [Settings.markdownTable, AWSSettings.markdownTable])
    func holdsTheTableOfSettings(table: String) {
        let page = Self.text(of: "deploy/CONFIGURATION.md")
        #expect(page.contains(table), "deploy/CONFIGURATION.md should hold this table:\n\(table)")
    }

    @Test func namesEverySubcommand() {
        #expect(App.configuration.subcommands.count == 5)
        for subcommand in App.configuration.subcommands {
            let name = subcommand._commandName
            #expect(Self.readme.contains("| `transcribe-gateway \(name)`"), "\(name) has no row in README.md")
        }
    }

    @Test func namesEveryDependency() throws {
        let package = try String(contentsOf: Self.root.appending(path: "Package.swift"), encoding: .utf8)
        let urls = package.split(separator: "\"").filter { $0.hasPrefix("https://github.com/") }
        #expect(urls.count == 8)
        for url in urls {
            let name = url.split(separator: "/").last ?? ""
            #expect(Self.readme.contains("| \(name) |"), "\(name) has no row in README.md")
        }
    }
}
