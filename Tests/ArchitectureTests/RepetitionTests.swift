import Testing

@Suite struct RepetitionTests {
    /// Lines of code that say something: no blanks, no lone braces, no imports.
    private func statements(of file: SourceFile) -> [(number: Int, text: Substring)] {
        zip(1..., file.text.code).compactMap { number, line in
            let text = line.drop { $0 == " " }
            guard text.contains(where: \.isLetter), !text.contains("import ") else { return nil }
            return (number, text)
        }
    }

    @Test func noTenLinesStandTwice() {
        var places: [[Substring]: String] = [:]
        for file in SourceTree.files {
            let statements = statements(of: file)
            for start in 0..<max(0, statements.count - 9) {
                let block = statements[start..<start + 10]
                let place = "\(file):\(block[start].number)"
                let first = places.updateValue(place, forKey: block.map(\.text))
                #expect(first == nil, "\(place) repeats \(first ?? "")")
            }
        }
        #expect(places.count > 5_000)
    }
}
