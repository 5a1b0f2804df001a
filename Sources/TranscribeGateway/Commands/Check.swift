import AWSCredentials
import ArgumentParser
import FoundationEssentials

/// Validates the configuration and prints the effective one.
struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check the configuration and print it, with the source of each value and without secrets.",
        discussion:
            "A value with the mark restart changes with the next start, as AWS's do; every other one with SIGHUP too.")

    @OptionGroup var options: SettingsOptions

    func run() async throws {
        hardenProcess()
        let settings = try Settings(options)
        let tracing = try TracingSettings(ProcessInfo.processInfo.environment)
        let environment = try await AWSEnvironment(ProcessInfo.processInfo.environment)
        let aws = try AWSSettings.loadWithProfile(from: environment)
        try ProfileProvider.requireSelection(in: environment.variables)
        try StandardOutput.write((settings.effective + aws.effective + tracing.effective).report)
    }
}
