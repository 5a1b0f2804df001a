import ArgumentParser

/// Runs the gateway until SIGTERM or SIGINT.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Run the gateway (the default).")

    @OptionGroup var options: SettingsOptions

    func run() async throws {
        let settings = try options.settings()
        let upstream = try await Upstream.amazon()
        try await GatewayProcess(settings: settings, upstream: upstream).run()
    }
}
