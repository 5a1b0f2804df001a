import Foundation
import Glibc
import Logging
import Testing

@testable import Telemetry

@Suite(.timeLimit(.minutes(1))) struct LogWriterTests {
    private let ignoresBrokenPipes: Void = { _ = signal(SIGPIPE, SIG_IGN) }()

    @Test func keepsTheOrder() throws {
        let output = LogOutput()
        let written = (0..<500).map { "line \($0)" }
        for line in written { output.writer.write(Array(line.utf8)) }
        #expect(try output.lines() == written)
        #expect(output.writer.droppedLines == 0)
    }

    @Test func buildsLinesInPlace() throws {
        let output = LogOutput()
        let writer = output.writer
        writer.log(writer.head(.info, logger: "access", message: "request")) {
            $0.member(writer.name("status"), 200)
            $0.member(writer.name("route"), "/jobs/{name}")
        }
        let head = #"{"time":"\#(LogOutput.timeText)","level":"info","logger":"access","message":"request","#
        #expect(try output.lines() == [head + #""status":200,"route":"/jobs/{name}"}"#])
    }

    @Test(arguments: [
        (LogFormat.json, #","status":200,"why":"a \"b\"","after":1}"#),
        (.console(coloured: false), #" status=200 why="a \"b\"" after=1"#),
    ])
    func buildsLinesOfPreparedParts(format: LogFormat, end: String) throws {
        let output = LogOutput(format)
        let writer = output.writer
        let head = writer.head(.info, logger: "access", message: "request").followed(by: writer.member("status", 200))
        let (why, after) = (writer.member("why", "a \"b\""), writer.name("after"))
        writer.log(head) {
            $0.append(why)
            $0.member(after, 1)
        }
        #expect(try output.lines().first?.hasSuffix(end) == true)
    }

    @Test func writesWithoutBeingAskedTo() throws {
        let output = LogOutput()
        output.writer.write(Array("hello".utf8))
        #expect(output.pipe.fileHandleForReading.availableData == Data("hello\n".utf8))
    }

    @Test func losesNoLineOfManyThreads() throws {
        let output = LogOutput(capacity: 64 << 20)
        let (threads, rounds) = (8, 2000)
        let writer = output.writer
        let (head, id) = (writer.head(.info, logger: "t", message: "m"), writer.name("id"))
        DispatchQueue.global().async {
            DispatchQueue.concurrentPerform(iterations: threads) { thread in
                for round in 0..<rounds {
                    writer.log(head) { $0.member(id, thread * rounds + round) }
                }
            }
        }
        let lines = LogReader(output.pipe).lines { $0.count >= threads * rounds }
        #expect(Set(lines).count == threads * rounds)
        #expect(lines.allSatisfy { $0.hasPrefix("{") && $0.hasSuffix("}") })
    }

    @Test func dropsWhileTheReaderStandsStillAndSaysHowManyAfterwards() throws {
        let output = LogOutput(capacity: 8192)
        var sent = 0
        func send() {
            output.writer.write(Array("line \(sent) \(String(repeating: "x", count: 80))".utf8))
            sent += 1
        }
        // A pipe holds 64 KiB, so this loop ends when it is full. No line is dropped before.
        repeat { for _ in 0..<50 { send() } } while output.writer.flush(within: .milliseconds(300)) && sent < 10_000
        #expect(output.writer.droppedLines == 0)
        for _ in 0..<1000 { send() }
        #expect(output.writer.droppedLines > 100)

        let reader = LogReader(output.pipe)
        let lines = reader.lines { $0.last?.contains("log lines dropped") == true }
        let notice = try #require(lines.last)
        #expect(notice.hasSuffix(#""message":"log lines dropped","dropped":\#(output.writer.droppedLines)}"#))
        let numbers = lines.dropLast().compactMap { Int($0.split(separator: " ")[1]) }
        #expect(numbers == numbers.sorted())
        #expect(numbers.count + output.writer.droppedLines == sent)

        output.writer.write(Array("flows again".utf8))
        #expect(reader.lines { $0.last == "flows again" } == ["flows again"])
    }

    @Test func survivesAFullDiskAndRecovers() throws {
        let output = LogOutput()
        let full = try #require(FileHandle(forWritingAtPath: "/dev/full"))
        let writer = LogWriter(descriptor: full.fileDescriptor, format: .json) { LogOutput.time }
        for number in 0..<3 { writer.write(Array("lost \(number)".utf8)) }
        #expect(writer.flush(within: .seconds(10)))
        #expect(writer.droppedLines == 3)

        dup2(output.pipe.fileHandleForWriting.fileDescriptor, full.fileDescriptor)
        writer.write(Array("kept".utf8))
        #expect(writer.flush(within: .seconds(10)))
        try full.close()
        let lines = try output.lines()
        #expect(lines.count == 3 && lines.starts(with: ["", "kept"]))
        #expect(lines.last?.hasSuffix(#""dropped":3}"#) == true)
    }

    @Test func survivesAReaderThatIsGone() throws {
        let output = LogOutput()
        try output.pipe.fileHandleForReading.close()
        for number in 0..<3 {
            output.writer.write([UInt8(ascii: "x")])
            #expect(output.writer.flush(within: .seconds(10)))
            #expect(output.writer.droppedLines == number + 1)
        }
    }
}
