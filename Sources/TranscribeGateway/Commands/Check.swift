import ArgumentParser
import FoundationEssentials

/// Validates the configuration and prints the effective one.
struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check the configuration and print it, with the source of each value and without secrets.")

    @OptionGroup var options: SettingsOptions

    func run() async throws {
        let settings = try Settings(options)
        let aws = try AWSSettings.loadWithProfile(from: try await AWSEnvironment(ProcessInfo.processInfo.environment))
        try StandardOutput.write((settings.effective + aws.effective).report)
    }
}
