import ArgumentParser

/// `transcribe-gateway`: parses the command line and hands over to a subcommand.
@main
struct App: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "transcribe-gateway",
        abstract: "Looks up Amazon Transcribe Medical jobs for apps that hold no AWS credentials.",
        discussion: """
            Every setting can be given as --set KEY=VALUE, in the environment as GATEWAY_ and the key in capitals \
            (cache.ttl.running is GATEWAY_CACHE_TTL_RUNNING), or in a JSON file. AWS's own variables (AWS_REGION, \
            AWS_PROFILE, ...) mean what they mean everywhere. A configuration that is not right ends with status 78, \
            a source of AWS credentials that fails for the moment with status 75.
            """,
        subcommands: [Serve.self, Demo.self, Check.self, Doctor.self, Health.self],
        defaultSubcommand: Serve.self)
}
