import Foundation

/// The Swift files of the product, as they are on disk.
enum SourceTree {
    /// The repository's folder.
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Every Swift file below `Sources`, by path.
    static let files: [SourceFile] = {
        let sources = root.appending(path: "Sources")
        let paths = FileManager.default.enumerator(atPath: sources.path)?.compactMap { $0 as? String } ?? []
        return paths.filter { $0.hasSuffix(".swift") }.sorted().compactMap { path in
            let text = try? String(contentsOf: sources.appending(path: path), encoding: .utf8)
            return text.map { SourceFile(path: path, text: SourceText($0)) }
        }
    }()
}

/// A Swift file of the product.
struct SourceFile: CustomStringConvertible {
    /// The path below `Sources`.
    let path: String
    let text: SourceText

    var description: String { path }
    var module: String { String(path.prefix { $0 != "/" }) }
    var folder: String { path.split(separator: "/").dropLast().joined(separator: "/") }
    var length: Int { text.code.count }

    /// Whether it stands in the folder or below it.
    func isIn(_ folder: String) -> Bool { path.hasPrefix(folder + "/") }

    /// The modules it imports.
    var imports: [String] {
        topLevelDeclarations.filter { $0.keyword == "import" }.map(\.name)
    }

    /// The types that it declares outside of every other declaration.
    var topLevelTypes: [String] {
        topLevelDeclarations.filter { Self.typeKeywords.contains($0.keyword) }.map(\.name)
    }

    /// Whether it declares nothing but extensions.
    var holdsOnlyExtensions: Bool {
        let keywords = topLevelDeclarations.map(\.keyword).filter { $0 != "import" }
        return !keywords.isEmpty && keywords.allSatisfy { $0 == "extension" }
    }

    private static let typeKeywords: Set = ["struct", "class", "enum", "actor", "protocol", "typealias"]
    private static let keywords = typeKeywords.union(["extension", "func", "let", "var", "import"])
    private static let modifiers: Set = [
        "public", "package", "internal", "private", "fileprivate", "final", "indirect", "nonisolated", "unsafe",
        "private(set)",
    ]

    private var topLevelDeclarations: [(keyword: String, name: String)] {
        text.bareCode.compactMap { line in
            guard let first = line.first, !first.isWhitespace else { return nil }
            let words = line.split(separator: " ").drop { $0.hasPrefix("@") || Self.modifiers.contains(String($0)) }
            guard let keyword = words.first.map(String.init), Self.keywords.contains(keyword) else { return nil }
            let name = words.dropFirst().first?.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
            return (keyword, String(name ?? ""))
        }
    }

    /// A function, an initializer or a computed property: the number of its first line, and how many lines of code it has
    /// up to its closing brace. The lines of a text in a literal are no code.
    var functions: [(line: Int, length: Int)] {
        let lines = text.bareCode
        return lines.indices.compactMap { start in
            let indentation = lines[start].prefix { $0 == " " }
            let words = lines[start].split { !$0.isLetter && $0 != "_" }
            guard words.contains(where: { ["func", "init", "var", "subscript", "deinit"].contains($0) }) else {
                return nil
            }
            let rest = lines[start...]
            guard let opening = rest.firstIndex(where: { $0.hasSuffix("{") }), opening - start < 8,
                rest[start...opening].dropFirst().allSatisfy({ $0.hasPrefix(indentation) }),
                let end = rest[opening...].firstIndex(where: { $0.hasPrefix(indentation + "}") })
            else { return nil }
            return (start + 1, rest[...end].count { $0.contains { !$0.isWhitespace && $0 != "\"" } })
        }
    }
}
