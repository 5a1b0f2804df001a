import ArgumentParser
import SystemPackage

/// The options of every subcommand.
struct SettingsOptions: ParsableArguments {
    // Each is a list, so that one that is given twice is found: the parser would take the last.
    @Option(help: ArgumentHelp("A JSON file with settings, - for standard input.", valueName: "file"))
    var config: [String] = []

    @Option(name: .customLong("set"), help: ArgumentHelp("A setting; can be repeated.", valueName: "key=value"))
    var assignments: [String] = []

    @Option(help: "The address to listen on (listen.host).")
    var host: [String] = []

    @Option(help: "The port to listen on (listen.port).")
    var port: [String] = []

    /// The settings among the options, in the order `--set`, `--host`, `--port`.
    var overrides: [Override] {
        assignments.map { Override(set: $0) }
            + host.map { Override(option: "--host", key: "listen.host", value: $0) }
            + port.map { Override(option: "--port", key: "listen.port", value: $0) }
    }
}

/// Throws ``ProgramEnd`` 78 with the problems of a configuration.
func exitingOnProblems<Value>(_ load: () throws(ConfigurationError) -> Value) throws -> Value {
    do throws(ConfigurationError) {
        return try load()
    } catch {
        throw ProgramEnd(error.description)
    }
}

/// Why the program ends without having done what it was asked for. ``App`` prints it on standard error.
struct ProgramEnd: Error {
    /// A sentence a line, without secrets.
    let message: String
    /// See ``ExitStatus``.
    let status: Int32

    init(_ message: String, status: Int32 = ExitStatus.configuration) {
        self.message = message
        self.status = status
    }
}

/// Lines for people on standard error. Standard output belongs to the log.
enum StandardError {
    static func write(_ text: String) {
        // An error here cannot be reported anywhere else.
        _ = try? FileDescriptor.standardError.writeAll((text + "\n").utf8)
    }
}

/// What a command was asked for.
enum StandardOutput {
    /// Writes the text and ends its line.
    /// - Throws: ``ProgramEnd`` 74 with the reason.
    static func write(_ text: String) throws(ProgramEnd) {
        do {
            try FileDescriptor.standardOutput.writeAll((text + "\n").utf8)
        } catch {
            let reason = (error as? Errno).map { ": \($0)" } ?? ""
            throw ProgramEnd("The output cannot be written\(reason).", status: ExitStatus.output)
        }
    }
}

/// Statuses that the program ends with (sysexits.h).
enum ExitStatus {
    /// EX_IOERR: the command worked, and its output could not be written.
    static let output: Int32 = 74
    /// EX_CONFIG: the same start fails until the configuration changes.
    static let configuration: Int32 = 78
    /// EX_TEMPFAIL: the same start may succeed later.
    static let temporaryFailure: Int32 = 75
}
