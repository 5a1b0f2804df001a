import Testing

/// The default of a setting is written once, in the section of the settings that documents it.
@Suite struct DefaultTests {
    /// Where the sections are.
    private static let sections = "TranscribeGateway/Configuration/Keys"

    /// The last part of every key, such as `burst`; the options of a part of the gateway have the same name.
    private let names: Set<String> = {
        let lines = SourceTree.files.filter { $0.isIn(sections) }.flatMap(\.text.code)
        return Set(lines.flatMap { line in line.matches(of: /"(?:[a-zA-Z]+\.)+([a-zA-Z]+)"/).map { String($0.1) } })
    }()

    @Test func optionsHaveNoDefaultOfASetting() {
        #expect(names.count > 20)
        let options = SourceTree.files.filter { $0.path.hasSuffix("Options.swift") && $0.module != "TranscribeGateway" }
        #expect(options.count > 2)
        for file in options {
            for (number, line) in zip(1..., file.text.code) {
                for match in line.matches(of: /\b([a-z][a-zA-Z]*)(?:: [^,=(){}]+)? =\s/) {
                    #expect(!names.contains(String(match.1)), "\(file):\(number): \(line)")
                }
            }
        }
    }
}
