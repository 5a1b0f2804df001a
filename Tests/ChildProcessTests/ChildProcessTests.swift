import ChildProcess
import Glibc
import Testing

@Suite(.timeLimit(.minutes(1))) struct ChildProcessTests {
    private func output(
        _ program: String, _ arguments: String..., environment: [String: String] = [:], limit: Int = 65_536,
        within time: Duration = .seconds(20)
    ) async throws(ChildProcessError) -> String {
        let command = Command(program, arguments, environment: environment)
        let bytes = try await ChildProcess.run(command, limit: limit, deadline: .now + time).output.get()
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func givesWhatAProgramWrites() async throws {
        #expect(try await output("echo", "one", "two  three", "$HOME", "| cat") == "one two  three $HOME | cat\n")
    }

    @Test func runsAPathWithoutASearch() async throws {
        #expect(try await output("/bin/echo", "-n", "") == "")
    }

    @Test func givesExactlyTheVariablesItWasGiven() async throws {
        #expect(try await output("env", environment: ["A": "b=c"]) == "A=b=c\n")
    }

    @Test func givesNoInputAndNoDescriptors() async throws {
        #expect(try await output("cat") == "")
        // Descriptor 3 belongs to the listing itself.
        #expect(try await output("sh", "-c", "ls /proc/self/fd | tr '\\n' ' '") == "0 1 2 3 ")
    }

    /// The test has a process of its own, whose standard error is a pipe.
    @Test func keepsItsOwnStandardErrorApart() async {
        await #expect(processExitsWith: .success) {
            var ends: [Int32] = [-1, -1]
            try #require(unsafe pipe(&ends) == 0)
            let standardError = dup(STDERR_FILENO)
            try #require(dup2(ends[1], STDERR_FILENO) == STDERR_FILENO)
            let command = Command("sh", ["-c", "echo HUSH >&2; echo heard"], environment: [:])
            let result = await ChildProcess.run(command, limit: 99, deadline: .now + .seconds(20))
            try #require(dup2(standardError, STDERR_FILENO) == STDERR_FILENO)
            #expect(try result.output.get() == Array("heard\n".utf8))
            #expect(result.standardError == Array("HUSH\n".utf8))
            close(ends[1])
            var room = [UInt8](repeating: 0, count: 99)
            // The end, before any byte.
            #expect(unsafe read(ends[0], &room, room.count) == 0)
        }
    }

    @Test func resetsSignalsThatThisProcessIgnores() async throws {
        signal(SIGPIPE, SIG_IGN)
        let sets = try await output("grep", "-E", "SigBlk|SigIgn", "/proc/self/status").split(separator: "\n")
        let masks = sets.compactMap { UInt64($0.suffix(16), radix: 16) }
        #expect(masks.count == 2)
        // Signals 1 to 31: glibc lets a new process ignore the next two, which it keeps for its threads.
        #expect(masks.allSatisfy { $0 & 0x7FFF_FFFF == 0 })
    }

    @Test(arguments: [
        (["false"], ChildProcessError.failed(status: 1)),
        (["sh", "-c", "echo HUSH; exit 77"], .failed(status: 77)),
        (["sh", "-c", "kill -9 $$"], .killed(signal: 9)),
        (["no-such-program-anywhere"], .notFound),
        (["/"], .notStarted(code: 13)),
        (["yes"], .tooMuchOutput(limit: 65_536)),
    ])
    func saysWhyThereIsNoOutput(line: [String], error: ChildProcessError) async {
        let command = Command(line[0], Array(line.dropFirst()), environment: [:])
        await #expect(throws: error) {
            try await ChildProcess.run(command, limit: 65_536, deadline: .now + .seconds(20)).output.get()
        }
    }

    @Test func acceptsOutputOfExactlyTheLimitAndNoMore() async throws {
        #expect(try await output("printf", "12345", limit: 5) == "12345")
        await #expect(throws: ChildProcessError.tooMuchOutput(limit: 4)) {
            try await output("printf", "12345", limit: 4)
        }
    }

    @Test(arguments: [
        "sleep 600",
        "exec >&-; sleep 600",
        "sleep 600 & wait",
        "trap '' TERM; while :; do sleep 1; done",
        // Moves from its own process group to that of this process.
        "exec perl -e 'setpgrp(0, getpgrp(getppid)) or die; sleep 600'",
        "exec perl -e 'setpgrp(0, getpgrp(getppid)) or die; close STDOUT; sleep 600'",
    ])
    func killsAtTheDeadline(script: String) async throws {
        let start = ContinuousClock.now
        await #expect(throws: ChildProcessError.timedOut) {
            try await output("sh", "-c", script, within: .milliseconds(200))
        }
        #expect(ContinuousClock.now - start >= .milliseconds(200))
        #expect(ContinuousClock.now - start < .seconds(10))
    }

    @Test func killsWhatTheProgramHasStarted() async throws {
        // The grandchild holds the output open, so that reading ends only when the grandchild does.
        let mark = "\(UInt32.random(in: 100_000_000...999_999_999))"
        await #expect(throws: ChildProcessError.outputHeldOpen) {
            try await output("sh", "-c", "sleep 1\(mark) & exit 0")
        }
        // The brackets keep the search from finding itself.
        let search = "grep -las 'sleep.[1]\(mark)' /proc/[0-9]*/cmdline; true"
        let deadline = ContinuousClock.now + .seconds(10)
        // A killed process takes a moment to end.
        while try await output("sh", "-c", search) != "" { try #require(ContinuousClock.now < deadline) }
    }

    @Test(arguments: [
        ("sleep 600 & echo whole", ChildProcessError.outputHeldOpen), ("sleep 600 & exit 3", .failed(status: 3)),
        ("sleep 600 & kill -9 $$", .killed(signal: 9)),
    ])
    func saysSoSoonAfterAProgramEndedAndLeftItsOutputOpen(script: String, error: ChildProcessError) async {
        let start = ContinuousClock.now
        await #expect(throws: error) { try await output("sh", "-c", script, within: .seconds(50)) }
        #expect(ContinuousClock.now - start < .seconds(10))
    }

    /// As a background process does that was started with its output redirected.
    @Test(arguments: ["sleep 600 >/dev/null &", "sleep 600 >&2 &"])
    func takesTheOutputOfAProgramThatLeavesAProcessWithoutIt(start: String) async throws {
        let bytes = try await output("sh", "-c", "\(start) echo $!; echo whole", within: .seconds(50))
        let lines = bytes.split(separator: "\n")
        #expect(lines.last == "whole")
        _ = kill(try #require(Int32(lines[0])), SIGKILL)
    }

    @Test func takesWhatComesWithinAMomentAfterTheEndOfTheProgram() async throws {
        #expect(try await output("sh", "-c", "(sleep 0.3; echo late) & echo early") == "early\nlate\n")
    }

    @Test(arguments: [
        ("echo one >&2; exit 3", "one\n", ChildProcessError.failed(status: 3)),
        ("exec >&-; sleep 0.1; echo late >&2; exit 3", "late\n", .failed(status: 3)),
        ("echo waits >&2; sleep 600", "waits\n", .timedOut), ("echo warns >&2", "warns\n", nil),
        ("sleep 600 >&2 & exit 4", "", .failed(status: 4)),
    ])
    func keepsTheEndOfStandardError(script: String, text: String, error: ChildProcessError?) async {
        let command = Command("sh", ["-c", script], environment: ["PATH": "/usr/bin:/bin"])
        let time = Duration.seconds(error == .timedOut ? 1 : 20)
        let result = await ChildProcess.run(command, limit: 99, deadline: .now + time)
        #expect(String(decoding: result.standardError, as: UTF8.self) == text)
        if case .failure(let failure) = result.output { #expect(failure == error) } else { #expect(error == nil) }
    }

    /// A full pipe would block the program.
    @Test func readsMuchStandardErrorAndKeepsItsEnd() async {
        let script = "exec >&-; head -c 1000000 /dev/zero >&2; printf '\nthe-end' >&2; exit 5"
        let command = Command("sh", ["-c", script], environment: ["PATH": "/usr/bin:/bin"])
        let result = await ChildProcess.run(command, limit: 99, deadline: .now + .seconds(20))
        // The line of zeros is left out, since its beginning is not kept.
        #expect(String(decoding: result.standardError, as: UTF8.self) == "the-end")
        #expect(throws: ChildProcessError.failed(status: 5)) { try result.output.get() }
    }

    @Test func killsWhenTheTaskIsCancelled() async {
        let task = Task { try await output("sleep", "600", within: .seconds(50)) }
        task.cancel()
        let start = ContinuousClock.now
        await #expect(throws: ChildProcessError.cancelled) { try await task.value }
        #expect(ContinuousClock.now - start < .seconds(10))
    }

    @Test func runsManyAtOnceAndKeepsTheirOutputsApart() async throws {
        try await withThrowingTaskGroup(of: (Int, String).self) { group in
            for number in 0..<32 { group.addTask { (number, try await output("echo", "\(number)")) } }
            for try await (number, text) in group { #expect(text == "\(number)\n") }
        }
    }

    @Test func showsNeitherArgumentsNorVariables() {
        let command = Command("p", ["HUSH"], environment: ["A": "HUSH"])
        var text = "\(command)" + String(reflecting: command)
        dump(command, to: &text)
        #expect(!text.contains("HUSH"))
    }
}
