import ArgumentParser
import MicroHTTPD
import SigV4

/// Runs the gateway against an upstream of its own.
struct Demo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the gateway against a built-in Amazon Transcribe, without an AWS account or network.")

    @OptionGroup var options: SettingsOptions

    func run() async throws {
        let settings = try options.settings()
        let demonstration = try Demonstration(at: .wallTime)
        let process = GatewayProcess(settings: settings, upstream: demonstration.upstream)
        try await process.run(after: [demonstration.service]) { listeners in
            let url = "http://\(settings.listen.host.urlHost):\(listeners.gateway.port)"
            let admin = "http://\(settings.admin.host.urlHost):\(listeners.admin.port)"
            StandardError.write(Demonstration.greeting(at: url, admin: admin))
        }
    }
}
