import ChildProcess
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct ChildProcessTests {
    private func output(
        _ program: String, _ arguments: String..., environment: [String: String] = [:], limit: Int = 65_536,
        within time: Duration = .seconds(20)
    ) async throws(ChildProcessError) -> String {
        let command = Command(program, arguments, environment: environment)
        let bytes = try await ChildProcess.output(of: command, limit: limit, deadline: .now + time)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func givesWhatAProgramWrites() async throws {
        #expect(try await output("echo", "one", "two  three", "$HOME", "| cat") == "one two  three $HOME | cat\n")
    }

    @Test func looksForAPathWithoutSearching() async throws {
        #expect(try await output("/bin/echo", "-n", "") == "")
    }

    @Test func givesExactlyTheVariablesItWasGiven() async throws {
        #expect(try await output("env", environment: ["A": "b=c"]) == "A=b=c\n")
    }

    @Test func givesNoInputNoErrorOutputAndNoDescriptors() async throws {
        #expect(try await output("cat") == "")
        #expect(try await output("sh", "-c", "echo HUSH >&2") == "")
        // The one more is that of the listing itself.
        #expect(try await output("sh", "-c", "ls /proc/self/fd | tr '\\n' ' '") == "0 1 2 3 ")
    }

    @Test func resetsSignalsThatThisProcessIgnores() async throws {
        let ignored = try await output("sh", "-c", "grep -E 'SigBlk|SigIgn' /proc/$$/status")
        #expect(ignored.split(separator: "\n").allSatisfy { $0.hasSuffix("\t0000000000000000") })
    }

    @Test(arguments: [
        (["false"], ChildProcessError.failed(status: 1)),
        (["sh", "-c", "echo HUSH; exit 77"], .failed(status: 77)),
        (["sh", "-c", "kill -9 $$"], .killed(signal: 9)),
        (["no-such-program-anywhere"], .notFound),
        (["/"], .notStarted(code: 13)),
        (["yes"], .tooMuchOutput(limit: 65_536)),
    ])
    func saysWhyThereIsNoOutput(words: [String], error: ChildProcessError) async {
        let command = Command(words[0], Array(words.dropFirst()), environment: [:])
        await #expect(throws: error) {
            try await ChildProcess.output(of: command, limit: 65_536, deadline: .now + .seconds(20))
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
        // The grandchild holds the output open, so that reading could only end with it.
        let mark = "\(UInt64.random(in: 1_000_000_000...9_000_000_000))"
        await #expect(throws: ChildProcessError.timedOut) {
            try await output("sh", "-c", "sleep \(mark) & exit 0", within: .milliseconds(200))
        }
        let found = try await output("sh", "-c", "cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' '; true")
        #expect(!found.contains("sleep \(mark) "))
    }

    @Test func killsWhenTheTaskIsCancelled() async {
        let task = Task { try await output("sleep", "600", within: .seconds(50)) }
        task.cancel()
        let start = ContinuousClock.now
        await #expect(throws: ChildProcessError.cancelled) { try await task.value }
        #expect(ContinuousClock.now - start < .seconds(10))
    }

    @Test func runsManyAtOnceAndMixesNothingUp() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<32 {
                group.addTask { #expect(try await output("echo", "\(number)") == "\(number)\n") }
            }
            try await group.waitForAll()
        }
    }

    @Test func showsNeitherArgumentsNorVariables() {
        let command = Command("p", ["HUSH"], environment: ["A": "HUSH"])
        var text = "\(command)" + String(reflecting: command)
        dump(command, to: &text)
        #expect(!text.contains("HUSH"))
    }
}
