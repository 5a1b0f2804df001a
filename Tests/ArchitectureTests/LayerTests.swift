import Foundation
import Testing

@Suite struct LayerTests {
    @Test func everyModuleHasALayerAndItsImportsAreListed() throws {
        let sources = SourceTree.root.appending(path: "Sources")
        let folders = try FileManager.default.contentsOfDirectory(atPath: sources.path)
        #expect(Set(folders) == Set(Layers.number.keys))
        #expect(SourceTree.files.count > 100)
        #expect(Set(SourceTree.files.map(\.module)) == Set(Layers.imports.keys))
    }

    @Test func importsPointDownwardsOnly() throws {
        for (module, imports) in Layers.imports {
            let layer = try #require(Layers.number[module])
            for imported in imports {
                guard let below = Layers.number[imported] else { continue }
                #expect(below < layer, "\(module) may not import \(imported), which is not below it")
            }
        }
    }

    @Test func everyImportIsOnTheList() throws {
        for file in SourceTree.files {
            let allowed = try #require(Layers.imports[file.module]).union(Layers.standardLibrary)
            for imported in file.imports {
                #expect(allowed.contains(imported), "\(file) imports \(imported)")
            }
        }
    }

    @Test func everyListedImportIsUsed() {
        for (module, imports) in Layers.imports {
            let used = Set(SourceTree.files.filter { $0.module == module }.flatMap(\.imports))
            #expect(imports.subtracting(used).isEmpty, "\(module) does not import all that it may")
        }
    }

    @Test func unsafeCodeStandsWhereCIsWrapped() {
        for file in SourceTree.files where !Layers.unsafeModules.contains(file.module) {
            let offender = file.text.bareCode.first { $0.split { !$0.isLetter }.contains("unsafe") }
            #expect(offender == nil, "\(file): \(offender ?? "")")
        }
    }

    @Test func everyUncheckedSendableSaysWhy() {
        for file in SourceTree.files
        where file.text.code.contains(where: { $0.contains("@unchecked Sendable") }) {
            #expect(file.text.comments.contains { $0.contains("because") }, "\(file) does not say because")
        }
    }

    @Test func theTopLevelIsWhatItIs() throws {
        let expected: Set = ["Package.swift", "Sources", "Tests", "deploy", "openapi.yaml", "README.md"]
        let entries = try FileManager.default.contentsOfDirectory(atPath: SourceTree.root.path)
        let unexpected = Set(entries.filter { !$0.hasPrefix(".") && $0 != "Package.resolved" }).subtracting(expected)
        #expect(unexpected.isEmpty)
    }
}
