import ChildProcess
import Glibc
import TestSupport
import Testing

/// What happens when the system lacks descriptors or threads. Each test has a process of its own, whose limits it sets.
@Suite(.timeLimit(.minutes(1))) struct ScarcityTests {
    @Test func failsWhereNoDescriptorIsLeft() async {
        await #expect(processExitsWith: .success) {
            await withNone(of: __rlimit_resource_t(RLIMIT_NOFILE.rawValue)) {
                await #expect(throws: ChildProcessError.notStarted(code: EMFILE)) { try await output("true") }
            }
        }
    }

    @Test func failsWhereNoThreadIsLeft() async {
        await #expect(processExitsWith: .success) {
            // A superuser has no such limit. The process becomes one again at the end.
            let isSuperuser = getuid() == 0
            if isSuperuser { try #require(setreuid(65_534, 0) == 0 && seteuid(65_534) == 0) }
            await withNone(of: __rlimit_resource_t(__RLIMIT_NPROC.rawValue)) {
                await #expect(throws: ChildProcessError.notStarted(code: EAGAIN)) { try await output("true") }
            }
            if isSuperuser { try #require(seteuid(0) == 0 && setuid(0) == 0) }
        }
    }

    @Test func takesNoUnknownEndForSuccess() async {
        await #expect(processExitsWith: .success) {
            signal(SIGCHLD, SIG_IGN)
            await #expect(throws: ChildProcessError.unknownEnd) { try await output("true") }
        }
    }

    @Test(arguments: ["sleep 600 & wait", "sleep 600 & exit 0"])
    func leavesNoZombieAsTheFirstProcess(script: String) async {
        await #expect(processExitsWith: .success) { [script] in
            adoptOrphans()
            await #expect(throws: script.hasSuffix("wait") ? ChildProcessError.timedOut : .outputHeldOpen) {
                try await output("sh", "-c", script, within: .milliseconds(200))
            }
            let deadline = ContinuousClock.now + .seconds(10)
            while hasChildren { try #require(ContinuousClock.now < deadline) }
        }
    }
}

private func output(
    _ program: String, _ arguments: String..., within time: Duration = .seconds(20)
) async throws(ChildProcessError) -> [UInt8] {
    let command = Command(program, arguments, environment: [:])
    return try await ChildProcess.run(command, limit: 9, deadline: .now + time).output.get()
}

/// Makes this process inherit orphans, as the first process of a container does (prctl(2), which Swift cannot call).
private func adoptOrphans() {
    typealias Call = @convention(c) (Int32, UInt, UInt, UInt, UInt) -> Int32
    let setChildSubreaper: Int32 = 36
    let prctl = unsafe unsafeBitCast(dlsym(nil, "prctl"), to: Call.self)
    precondition(prctl(setChildSubreaper, 1, 0, 0, 0) == 0)
}

/// Whether there is a child process, running or ended.
private var hasChildren: Bool {
    var information = unsafe siginfo_t()
    return unsafe waitid(P_ALL, 0, &information, WEXITED | WNOHANG | WNOWAIT) == 0
}
