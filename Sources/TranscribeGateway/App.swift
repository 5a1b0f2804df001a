import ArgumentParser
import Glibc
import OwnProcess

/// `transcribe-gateway`: parses the command line and runs a subcommand.
@main
struct App: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: Identity.name,
        abstract: "Looks up Amazon Transcribe Medical jobs for apps that hold no AWS credentials.",
        discussion: """
            Every setting can be given as --set KEY=VALUE, in the environment as GATEWAY_ and the key in capitals \
            (cache.ttl.running is GATEWAY_CACHE_TTL_RUNNING), or in a JSON file, which --config or GATEWAY_CONFIG names. \
            AWS's own variables (AWS_REGION, AWS_PROFILE, ...) have the meaning that they have for the AWS SDKs. \
            Status 78 means that the configuration is not valid, status 75 that a source of AWS credentials fails at the \
            moment.
            """,
        version: OwnProcess.arguments.contains("--version") ? Identity.description : Identity.version,
        subcommands: [Serve.self, Demo.self, Check.self, Doctor.self, Health.self],
        defaultSubcommand: Serve.self)

    static func main() async {
        // A reader that is gone is then an error of the write, which ends the program in words.
        signal(SIGPIPE, SIG_IGN)
        do {
            var command = try parseAsRoot(Array(OwnProcess.arguments.dropFirst()))
            if var asynchronous = command as? any AsyncParsableCommand {
                try requireDescriptors(16)
                try requireProcessFiles()
                try requireAddressSpace()
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let end as ProgramEnd {
            StandardError.write(end.message)
            Glibc.exit(end.status)
        } catch {
            Glibc.exit(status(showing: error))
        }
    }

    /// Prints what the parser says, help on standard output and mistakes on standard error. The parser's own way to end the
    /// program does not notice that the output cannot be written.
    private static func status(showing error: any Error) -> Int32 {
        let (status, text) = (exitCode(for: error), fullMessage(for: error))
        guard !text.isEmpty else { return status.rawValue }
        guard status.isSuccess else {
            StandardError.write(text)
            return status.rawValue
        }
        do throws(ProgramEnd) {
            try StandardOutput.write(text)
            return status.rawValue
        } catch {
            StandardError.write(error.message)
            return error.status
        }
    }
}
