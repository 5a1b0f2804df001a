import ArgumentParser
import Glibc
import OwnProcess

/// Runs the gateway until SIGTERM or SIGINT.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Run the gateway (the default).")

    @OptionGroup var options: SettingsOptions

    func run() async throws {
        hardenProcess()
        // These signals mean nothing to the gateway. By default each of them would end it.
        for number in [SIGHUP, SIGUSR1, SIGUSR2] { signal(number, SIG_IGN) }
        let process = try GatewayProcess(options)
        try await process.run(on: try await .amazon())
    }
}

/// Forbids core dumps, which would hold credentials, and restores the default of SIGCHLD: where the parent process left it
/// ignored, the exit statuses of `credential_process` programs would be lost. Call it before credentials are read.
func hardenProcess() {
    CoreDumps.forbid()
    signal(SIGCHLD, SIG_DFL)
}
