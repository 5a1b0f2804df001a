import ArgumentParser
import Glibc

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
