import ArgumentParser
import Formats
import Glibc
import Logging
import OwnProcess
import Telemetry
import UnixSignals

/// Runs the gateway until SIGTERM or SIGINT.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Run the gateway (the default).")

    @OptionGroup var options: SettingsOptions

    func run() async throws {
        let supervision = hardenProcess()
        // These signals mean nothing to the gateway. By default each of them would end it.
        for number in [SIGUSR1, SIGUSR2] { signal(number, SIG_IGN) }
        // Before the configuration is read, so that a change of it during the start is seen after that.
        let reloads = await UnixSignalsSequence(trapping: .sighup)
        let process = try await loggingEnd { try GatewayProcess(options, supervision, reloads) }
        try await loggingEnd(process.settings.log) { try await process.run(on: { try await .amazon() }) }
    }
}

/// Writes why the program ends into the log too, where that has lines of JSON: what collects it need not read anything else.
/// - Parameter settings: of the log; nil where they are not known, because the configuration has mistakes.
private func loggingEnd<Result>(
    _ settings: LogSettings? = nil, _ work: () async throws -> Result
) async throws -> Result {
    do {
        return try await work()
    } catch let end as ProgramEnd {
        let format = settings?.lineFormat ?? LogSettings.Format.auto.lineFormat
        guard format == .json else { throw end }
        let log = LogWriter(descriptor: STDOUT_FILENO, format: format, clock: { .wallTime })
        for sentence in end.message.split(separator: "\n") {
            log.log(log.head(.critical, logger: Identity.name, message: "the gateway ends")) { line in
                line.member(log.name("reason"), String(sentence))
                line.member(log.name("exitStatus"), Int(end.status))
            }
        }
        log.flush(within: .seconds(2))
        throw end
    }
}

/// Forbids core dumps, which would hold credentials, and restores the default of SIGCHLD: where the parent process left it
/// ignored, the exit statuses of `credential_process` programs would be lost. Takes what systemd has passed, which is not for such
/// programs, and returns it. Call it before credentials are read.
@discardableResult
func hardenProcess() -> Supervision {
    CoreDumps.forbid()
    signal(SIGCHLD, SIG_DFL)
    return .take()
}
