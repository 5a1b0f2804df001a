import Logging

/// What the log holds and in which form.
struct LogSettings: Sendable {
    enum Format: String, CaseIterable, Sendable {
        case json, console
        /// The console's on a terminal, else JSON.
        case auto
    }

    let level: Logger.Level
    let format: Format
    /// Whether job names, which may identify patients, are logged as they are.
    let names: Bool
    /// `nil` = a random one for each start.
    let nameKey: Secret?
    /// What a file holds in its place.
    let nameKeyOfFile: Secret?

    /// The key of the hashes that stand for job names; nil: one that only this process has.
    var keyOfNames: Secret? { nameKey ?? nameKeyOfFile }

    /// A sentence for the log at start.
    var warning: String? {
        guard keyOfNames == nil, !names else { return nil }
        return """
            log.nameKey is not set, so the hash of a job's name is another one on each replica and after each start: log \
            lines of one job cannot be found together. Set it, or log.nameKeyFile, to one key for all replicas.
            """
    }

    init(from reader: inout SettingsReader) {
        level = reader.value("log.level", .atReload, .choice, default: "info", "least severe level that is logged")
        format = reader.value(
            "log.format", .atRestart(because: "the lines of one log have one form"), .choice, default: "auto",
            "`json`, `console`, or `auto`: console on a terminal, else JSON")
        names = reader.value(
            "log.names", .atReload, .bool, default: "false",
            "whether job names, which may identify patients, are logged")
        nameKey = reader.value(
            "log.nameKey", .atRestart(because: "one log has one hash for a name"),
            .optional(.secret(16...1024), as: "random"), default: "random",
            "secret key of the hashes that stand for job names in the log; `random` is a new one at each start")
        nameKeyOfFile = reader.value(
            "log.nameKeyFile", .atRestart(because: "one log has one hash for a name"),
            .optional(.secretFile(16...1024), as: "none"), default: "none",
            "file that holds this key instead, as a mounted secret does")
    }
}
