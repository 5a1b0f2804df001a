import Foundation
import OwnProcess
import Testing
import Threads

@Suite struct OwnProcessTests {
    @Test func hasTheArgumentsOfMain() {
        #expect(OwnProcess.arguments == CommandLine.arguments)
        #expect(OwnProcess.arguments.count > 1)
    }

    @Test func hasARevisionWithoutBlanks() {
        #expect(!OwnProcess.revision.isEmpty && !OwnProcess.revision.contains(" "))
    }

    @Test func raisesTheDescriptorLimit() {
        let raised = DescriptorLimit.raise()
        #expect(raised >= 1_024)
        #expect(DescriptorLimit.raise() == raised)
    }

    @Test func holdsWhatThereIsRoomFor() {
        #expect(AddressSpace.holds(1 << 20))
        #expect(!AddressSpace.holds(1 << 60))
    }

    @Test func takesTheStackOfAThreadIntoAccount() {
        let one = AddressSpace.size(ofThreads: 1)
        #expect(one >= 2 << 20)
        #expect(AddressSpace.size(ofThreads: 3) == 3 * one)
    }
}

@Suite struct InputFileTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "input-\(UUID().uuidString)")

    init() throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    @Test func readsAFile() throws {
        let path = try file(of: "settings")
        #expect(try InputFile.bytes(of: path, upTo: 100) == Array("settings".utf8))
        #expect(try InputFile.bytes(of: "/dev/null", upTo: 100) == [])
    }

    /// Its size is not known before it ends.
    @Test func readsAPipe() throws {
        let path = folder.appending(path: "pipe").path
        #expect(unsafe mkfifo(path, 0o600) == 0)
        let text = Array(repeating: UInt8(ascii: "a"), count: 100_000)
        try DetachedThread.start {
            let pipe = FileHandle(forWritingAtPath: path)
            try? pipe?.write(contentsOf: text)
            try? pipe?.close()
        }
        #expect(try InputFile.bytes(of: path, upTo: 1 << 20).count == text.count)
    }

    @Test func takesOneByteMoreThanTheLimit() throws {
        #expect(try InputFile.bytes(of: "/dev/zero", upTo: 70_000).count == 70_001)
        #expect(try InputFile.bytes(of: try file(of: "1234"), upTo: 3).count == 4)
        #expect(try InputFile.bytes(of: try file(of: "123"), upTo: 3).count == 3)
    }

    @Test(arguments: [("/nonexistent/file", ENOENT), ("/", EISDIR)])
    func saysWhatTheSystemSays(path: String, code: Int32) {
        #expect(throws: SystemCallError(code: code)) { try InputFile.bytes(of: path, upTo: 10) }
    }

    private func file(of text: String) throws -> String {
        let url = folder.appending(path: UUID().uuidString)
        try Data(text.utf8).write(to: url)
        return url.path
    }
}

@Suite struct ProcessUsageTests {
    @Test func countsWhatThisProcessTakes() throws {
        let first = try #require(ProcessUsage.now)
        #expect(first.residentBytes > 1 << 20 && first.virtualBytes > first.residentBytes)
        #expect(first.threads >= 1 && first.descriptors >= 3)
        #expect(abs(Date().timeIntervalSince1970 - first.startTime) < 3_600)
        var sum = 0.0
        while try #require(ProcessUsage.now).processorSeconds == first.processorSeconds {
            for number in 0..<100_000 { sum += Double(number).squareRoot() }
        }
        #expect(sum > 0)
    }

    @Test func countsADescriptorThatIsOpened() throws {
        // Other tests open and close some meanwhile.
        let files = try (0..<64).map { _ in try FileHandle(forReadingFrom: URL(filePath: "/dev/null")) }
        let more = try #require(ProcessUsage.now).descriptors
        for file in files { try file.close() }
        let fewer = try #require(ProcessUsage.now).descriptors
        #expect(abs(more - fewer - 64) < 32)
    }
}
