import ArgumentParser
import FoundationEssentials

/// Validates the configuration and prints the effective one.
struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check the configuration and print it, with the source of each value and without secrets.")

    @OptionGroup var options: SettingsOptions

    func run() throws {
        let settings = try Settings(options)
        let aws = try AWSSettings.loadWithProfile(from: ProcessInfo.processInfo.environment)
        print((settings.effective + aws.effective).report)
    }
}
