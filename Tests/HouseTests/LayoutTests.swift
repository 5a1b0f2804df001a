import Foundation
import Testing

@Suite struct LayoutTests {
    @Test func everyModuleHasARankAndItsImportsAreListed() throws {
        let folders = try FileManager.default.contentsOfDirectory(atPath: House.root.appending(path: "Sources").path)
        #expect(Set(folders) == Set(House.ranks.keys))
        #expect(House.files.count > 100)
        #expect(Set(House.files.map(\.module)) == Set(House.imports.keys))
    }

    @Test func importsPointDownwardsOnly() throws {
        for (module, imports) in House.imports {
            let rank = try #require(House.ranks[module])
            for imported in imports {
                guard let below = House.ranks[imported] else { continue }
                #expect(below < rank, "\(module) may not import \(imported), which is not below it")
            }
        }
    }

    @Test func everyImportIsOnTheList() throws {
        for file in House.files {
            let allowed = try #require(House.imports[file.module]).union(House.standardLibrary)
            for imported in file.imports {
                #expect(allowed.contains(imported), "\(file) imports \(imported)")
            }
        }
    }

    @Test func everyListedImportIsUsed() {
        for (module, imports) in House.imports {
            let used = Set(House.files.filter { $0.module == module }.flatMap(\.imports))
            #expect(imports.subtracting(used).isEmpty, "\(module) does not import all that it may")
        }
    }

    @Test func unsafeCodeStandsWhereCIsWrapped() {
        for file in House.files where !House.unsafeModules.contains(file.module) {
            let offender = file.lines.first { line in
                !line.trimmingCharacters(in: .whitespaces).hasPrefix("//")
                    && line.split { !$0.isLetter }.contains("unsafe")
            }
            #expect(offender == nil, "\(file): \(offender ?? "")")
        }
    }

    @Test func noFileIsLong() {
        for file in House.files {
            #expect(file.lines.count <= 300, "\(file) has \(file.lines.count) lines")
        }
    }

    @Test func everyUncheckedSendableSaysWhy() {
        for file in House.files
        where file.lines.contains(where: { $0.contains("@unchecked Sendable") && !$0.contains("///") }) {
            #expect(file.lines.contains { $0.contains("because") }, "\(file) does not say because")
        }
    }

    @Test func theTopLevelIsWhatItIs() throws {
        let expected: Set = ["Package.swift", "Sources", "Tests", "deploy", "openapi.yaml", "README.md"]
        let entries = try FileManager.default.contentsOfDirectory(atPath: House.root.path)
        let unexpected = Set(entries.filter { !$0.hasPrefix(".") && $0 != "Package.resolved" }).subtracting(expected)
        #expect(unexpected.isEmpty)
    }
}
