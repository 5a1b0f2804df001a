import Testing

@Suite struct SizeTests {
    /// So many that a reader can know them. What later features add may raise it, to 400 at most.
    private static let mostFiles = 330

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

    /// A short extension has room in the file of its type or of its only user.
    @Test func noExtensionStandsAlone() {
        for file in files where file.holdsOnlyExtensions {
            #expect(file.length >= 40, "\(file) has \(file.length) lines")
        }
    }

    /// Beside folders a module may have one file.
    @Test func everyFolderHasTwoToTwelveFiles() {
        for (folder, content) in Dictionary(grouping: files, by: \.folder) {
            let isModule = folder == content[0].module
            let least = isModule && files.contains { $0.module == folder && $0.folder != folder } ? 1 : 2
            #expect((least...12).contains(content.count), "\(folder) has \(content.count) files")
        }
    }

    @Test func noFunctionIsLong() {
        let functions = files.flatMap { file in file.functions.map { (file, $0) } }
        #expect(functions.count > 500)
        for (file, function) in functions {
            #expect(function.length <= 40, "\(file):\(function.line) has \(function.length) lines")
        }
    }
}
