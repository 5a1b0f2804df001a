import Testing

@Suite struct SizeTests {
    /// So many that a reader can know them. What later features add may raise it, to 400 at most.
    private static let mostFiles = 250

    private let files = SourceTree.files

    @Test func thereAreFewFiles() {
        #expect(files.count > 100 && files.count <= Self.mostFiles)
    }

    @Test func theMedianFileHoldsOneIdea() {
        let median = files.map(\.length).sorted()[files.count / 2]
        #expect((70...110).contains(median))
    }

    @Test func fewFilesAreShort() {
        let short = files.filter { $0.length < 20 }
        #expect(short.count * 20 <= files.count, "\(short)")
    }

    @Test func noFileIsLong() {
        for file in files { #expect(file.length <= 300, "\(file) has \(file.length) lines") }
    }

    @Test func noFunctionIsLong() {
        let functions = files.flatMap { file in file.functions.map { (file, $0) } }
        #expect(functions.count > 500)
        for (file, function) in functions {
            #expect(function.length <= 40, "\(file):\(function.line) has \(function.length) lines")
        }
    }
}
