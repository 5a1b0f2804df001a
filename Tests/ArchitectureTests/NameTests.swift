import Testing

@Suite struct NameTests {
    /// Every top-level type with the files that declare it.
    private let types: [String: [SourceFile]] = {
        let pairs = SourceTree.files.flatMap { file in file.topLevelTypes.map { ($0, file) } }
        return Dictionary(grouping: pairs, by: \.0).mapValues { $0.map(\.1) }
    }()

    @Test func noTypeNameStandsInTwoModules() {
        #expect(types.count > 100)
        for (name, files) in types { #expect(Set(files.map(\.module)).count == 1, "\(name) in \(files)") }
    }

    /// A collection and its element may, where they stand in one file.
    @Test func noTypeNamesDifferOnlyByAnS() {
        for (name, files) in types {
            for other in types[name + "s"] ?? [] {
                #expect(files.contains { $0.path == other.path }, "\(name) in \(files), \(name)s in \(other)")
            }
        }
    }

    /// A comment names its subject.
    @Test func commentsNameTheirSubject() {
        let vague: Set = ["who", "whom", "whoever", "nobody", "somebody", "everybody", "anybody", "anew"]
        for file in SourceTree.files {
            for (number, comment) in zip(1..., file.text.comments) {
                let words = comment.lowercased().split { !$0.isLetter }.map(String.init)
                #expect(vague.isDisjoint(with: words), "\(file):\(number)")
            }
        }
    }
}
