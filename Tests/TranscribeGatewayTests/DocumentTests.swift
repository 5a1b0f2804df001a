import ArgumentParser
import Foundation
import Testing

@testable import TranscribeGateway

/// The pages for readers and the program say the same.
@Suite struct DocumentTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    private static let readme = text(of: "README.md")
    private static let operations = text(of: "deploy/OPERATIONS.md")

    private static func text(of path: String) -> String {
        (try? String(contentsOf: root.appending(path: path), encoding: .utf8)) ?? ""
    }

    /// The cells of a page's table rows, without their blanks.
    private static func rows(of page: String) -> [[String]] {
        page.split(separator: "\n").filter { $0.hasPrefix("| ") }.map { line in
            line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        }
    }

    @Test(arguments: [Settings.markdownTable, Settings.restartTable, AWSSettings.markdownTable])
    func configurationPageHoldsTheTableOfSettings(table: String) {
        let page = Self.text(of: "deploy/CONFIGURATION.md")
        #expect(page.contains(table), "deploy/CONFIGURATION.md should hold this table:\n\(table)")
    }

    @Test func operationsPageHoldsTheTableOfTracing() {
        let table = TracingSettings.markdownTable
        #expect(Self.operations.contains(table), "deploy/OPERATIONS.md should hold this table:\n\(table)")
    }

    @Test func readmeIsShort() {
        #expect((1_000...10_000).contains(Self.readme.utf8.count))
    }

    @Test func readmeNamesEverySubcommand() {
        #expect(App.configuration.subcommands.count == 5)
        for subcommand in App.configuration.subcommands {
            let name = subcommand._commandName
            #expect(Self.readme.contains("| `transcribe-gateway \(name)`"), "\(name) has no row in README.md")
        }
    }

    @Test func readmeGivesTheDefaultsOfTheSettingsItNames() {
        let settings = Dictionary(uniqueKeysWithValues: Settings.definitions.map { ($0.key, $0) })
        let named = Self.rows(of: Self.readme).compactMap { row in
            settings[row[0].trimmingCharacters(in: ["`"])].map { (setting: $0, shown: row[1]) }
        }
        #expect(named.count == 12)
        for (setting, shown) in named {
            #expect(shown == "`\(setting.defaultText)`", "\(setting.key)")
        }
    }

    @Test func readmeNamesEveryDependency() throws {
        let package = Self.text(of: "Package.swift")
        let urls = package.split(separator: "\"").filter { $0.hasPrefix("https://github.com/") }
        #expect(urls.count == 8)
        for url in urls {
            let name = url.split(separator: "/").last ?? ""
            #expect(Self.readme.contains("| \(name) |"), "\(name) has no row in README.md")
        }
    }

    @Test func readmeNamesEveryModule() throws {
        let modules = try FileManager.default.contentsOfDirectory(atPath: Self.root.appending(path: "Sources").path)
        #expect(modules.count > 10)
        for module in modules {
            #expect(Self.readme.contains("`\(module)`"), "\(module) has no row in README.md")
        }
    }

    @Test func readmeSaysWhereToChangeWhatInFilesThatExist() throws {
        let section = try #require(Self.readme.split(separator: "Where to change what").last)
        let rows = Self.rows(of: String(section.prefix { $0 != "#" })).dropFirst()
        let paths = rows.flatMap { $0[1].split(separator: "`").filter { $0.contains("/") || $0 == "JobGateway" } }
        #expect(paths.count > 15)
        for path in paths {
            let exists = ["Sources/\(path).swift", "Sources/\(path)", "Sources/Gateway/\(path).swift"].contains {
                FileManager.default.fileExists(atPath: Self.root.appending(path: $0).path)
            }
            #expect(exists, "\(path)")
        }
    }

    @Test func readmeLinksToPagesThatExist() {
        let links = Self.readme.split(separator: "`").filter { $0.hasSuffix(".md") && !$0.contains(" ") }
        #expect(links.count >= 5)
        for link in links {
            #expect(!Self.text(of: String(link)).isEmpty, "\(link)")
        }
    }

    @Test func theVersionIsThatOfTheAPI() {
        let versions = Self.text(of: "openapi.yaml").split(separator: "\n").filter { $0.hasPrefix("  version: ") }
        #expect(versions.map(String.init) == ["  version: \(Identity.version)"])
        #expect(Self.text(of: "deploy/Dockerfile").contains("\nARG VERSION=\(Identity.version)\n"))
    }

    /// What the sources read, and what `check` would otherwise list as ignored.
    @Test func everyVariableOfAWSThatIsReadIsKnownAndDocumented() throws {
        let sources = try #require(FileManager.default.enumerator(atPath: Self.root.appending(path: "Sources").path))
        let paths = sources.compactMap { $0 as? String }.filter { $0.hasSuffix(".swift") }
        let texts = paths.map { Self.text(of: "Sources/\($0)") }
        let read = Set(texts.flatMap { $0.matches(of: /"(AWS_[A-Z0-9_]*[A-Z0-9])"/).map(\.1) })
        #expect(read.count > 20)
        let page = Self.text(of: "deploy/CONFIGURATION.md")
        for name in read {
            #expect(AWSSettings.variables.contains(String(name)), "\(name)")
            #expect(page.contains("`\(name)`"), "\(name) is not in deploy/CONFIGURATION.md")
        }
    }

    /// A bad configuration is neither alive nor dead.
    @Test func helpOfHealthNamesEachStatus() {
        let help = Health.configuration.abstract
        #expect(help.contains("1 if not") && help.contains("\(ExitStatus.configuration) if"))
        #expect(Self.readme.contains("(`--ready`: ready), else 1 |"))
    }

    @Test(arguments: [
        ExitStatus.output, ExitStatus.configuration, ExitStatus.temporaryFailure,
        ArgumentParser.ExitCode.validationFailure.rawValue,
    ])
    func operationsPageNamesTheExitStatus(status: Int32) {
        #expect(Self.rows(of: Self.operations).contains { $0[0] == "\(status)" })
    }
}
