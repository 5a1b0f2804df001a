import ArgumentParser
import Glibc
import MicroHTTPD

/// Runs the gateway until SIGTERM or SIGINT.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Run the gateway (the default).")

    @OptionGroup var options: SettingsOptions

    func run() async throws {
        Inheritance.refuse()
        // A server is asked for nothing by these, and their default is death.
        for number in [SIGHUP, SIGUSR1, SIGUSR2] { signal(number, SIG_IGN) }
        let settings = try options.settings()
        let upstream = try await Upstream.amazon()
        try await GatewayProcess(settings: settings, upstream: upstream).run()
    }
}

/// What a process has from whoever started it.
enum Inheritance {
    /// For a process that will hold credentials, before it does: no core dumps, and the system tells how the programs
    /// end that it runs for them, which it does not where SIGCHLD is ignored.
    static func refuse() {
        CoreDumps.forbid()
        signal(SIGCHLD, SIG_DFL)
    }
}
