import ArgumentParser
import MicroHTTPD

/// `transcribe-gateway`: parses the command line and runs a subcommand.
@main
struct App: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "transcribe-gateway",
        abstract: "Looks up Amazon Transcribe Medical jobs for apps that hold no AWS credentials.",
        discussion: """
            Every setting can be given as --set KEY=VALUE, in the environment as GATEWAY_ and the key in capitals \
            (cache.ttl.running is GATEWAY_CACHE_TTL_RUNNING), or in a JSON file. AWS's own variables (AWS_REGION, \
            AWS_PROFILE, ...) have the meaning that they have for the AWS SDKs. Status 78 means that the configuration \
            is not valid, status 75 that a source of AWS credentials fails at the moment.
            """,
        version: CommandLine.arguments.contains("--version") ? version : LibraryBehaviour.version,
        subcommands: [Serve.self, Demo.self, Check.self, Doctor.self, Health.self],
        defaultSubcommand: Serve.self)

    /// What the program runs with. To find it takes descriptors, which another command may not have.
    private static var version: String {
        "libmicrohttpd \(LibraryBehaviour.version), requests checked by: \(LibraryBehaviour.observed.checks)"
    }
}
