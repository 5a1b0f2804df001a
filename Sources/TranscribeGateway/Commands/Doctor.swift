import AWSCredentials
import ArgumentParser
import Curl
import FoundationEssentials
import Transcribe

/// Checks each step of a look-up at AWS and prints what it finds.
struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show where the AWS credentials come from and whether a look-up would work; exit 0 if it would.")

    @OptionGroup var options: SettingsOptions

    @Option(help: ArgumentHelp("Make one signed call for this job.", valueName: "name"))
    var job: String?

    func run() async throws {
        hardenProcess()
        let settings = try Settings(options).upstream
        let job = try jobName()
        let environment = try await AWSEnvironment(ProcessInfo.processInfo.environment)
        // Shared files that cannot be read are a finding of the run.
        let profile = try? ProfileSettings(environment: environment.variables, files: FileReader())
        let authorities = try profile.flatMap { try CertificateAuthorities.load(from: environment.variables, $0) }
        let client = try startClient(
            CurlOptions(
                concurrency: 4, connectTimeout: settings.connectTimeout, certificateAuthorities: authorities?.path))
        let run = DoctorRun(
            environment: environment, settings: settings, client: client,
            show: { try StandardOutput.write("\($0)\n") })
        let report = try await run.report(lookingUp: job)
        try StandardOutput.write(report.summary)
        await client.shutDown()
        guard report.failures.isEmpty else { throw ExitCode.failure }
    }

    private func jobName() throws -> JobName? {
        do throws(JobNameError) {
            return try job.map { name throws(JobNameError) in try JobName(name) }
        } catch {
            throw ValidationError("\(error)")
        }
    }
}
