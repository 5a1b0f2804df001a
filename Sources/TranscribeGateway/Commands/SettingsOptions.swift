import ArgumentParser
import SystemPackage

/// The options of every subcommand.
struct SettingsOptions: ParsableArguments {
    @Option(help: "A JSON file with settings.")
    var config: String?

    @Option(name: .customLong("set"), help: ArgumentHelp("A setting; can be repeated.", valueName: "key=value"))
    var assignments: [String] = []

    @Option(help: "The address to listen on (listen.host).")
    var host: String?

    @Option(help: "The port to listen on (listen.port).")
    var port: String?

    /// The settings among the options, in the order `--set`, `--host`, `--port`.
    var overrides: [Override] {
        let named = [("--host", "listen.host", host), ("--port", "listen.port", port)]
        return assignments.map { Override(set: $0) }
            + named.filter { $0.2 != nil }.map { Override(option: $0.0, key: $0.1, value: $0.2) }
    }
}

/// Prints the problems of a configuration on standard error and throws ``ExitCode`` 78.
func exitingOnProblems<Value>(_ load: () throws(ConfigurationError) -> Value) throws -> Value {
    do throws(ConfigurationError) {
        return try load()
    } catch {
        throw exitCode(printing: error.description)
    }
}

/// Prints on standard error why the program ends, and returns the status for the caller to throw.
func exitCode(printing message: String, status: Int32 = ExitStatus.configuration) -> ExitCode {
    StandardError.write(message)
    return ExitCode(status)
}

/// Lines for people on standard error. Standard output belongs to the log.
enum StandardError {
    static func write(_ text: String) {
        // An error here cannot be reported anywhere else.
        _ = try? FileDescriptor.standardError.writeAll((text + "\n").utf8)
    }
}

/// Statuses that the program ends with (sysexits.h).
enum ExitStatus {
    /// EX_CONFIG: the same start fails until the configuration changes.
    static let configuration: Int32 = 78
    /// EX_TEMPFAIL: the same start may succeed later.
    static let temporaryFailure: Int32 = 75
}
