import ArgumentParser
import Glibc
import MicroHTTPD

/// Runs the gateway until SIGTERM or SIGINT.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Run the gateway (the default).")

    @OptionGroup var options: SettingsOptions

    func run() async throws {
        hardenProcess()
        // A server is asked for nothing by these, and their default is death.
        for number in [SIGHUP, SIGUSR1, SIGUSR2] { signal(number, SIG_IGN) }
        let settings = try options.settings()
        let upstream = try await Upstream.amazon()
        try await GatewayProcess(settings: settings, upstream: upstream).run()
    }
}

/// Forbids core dumps, which would hold credentials, and restores the default of SIGCHLD: where the parent process left it
/// ignored, the exit statuses of `credential_process` programs would be lost. Call it before credentials are read.
func hardenProcess() {
    CoreDumps.forbid()
    signal(SIGCHLD, SIG_DFL)
}
