/// The whole configuration of the gateway, checked. AWS's own names are `AWSSettings`.
///
/// To add a key, add a field to its section and, in the section's `init(from:)`, the row that reads it.
struct Settings: Sendable {
    let listen: ListenSettings
    let admin: AdminSettings
    let clients: ClientSettings
    let jobs: JobSettings
    let crossOrigin: CrossOriginSettings
    let cache: CacheSettings
    let limits: LimitSettings
    let upstream: UpstreamSettings
    let log: LogSettings
    let drain: DrainSettings
    /// Every key with its value and its source, in the order of the definitions, without secrets.
    let effective: [EffectiveSetting]
    /// Names in the environment that begin like ours and were set by Kubernetes; worth one line in the log.
    private(set) var ignoredNames: [String] = []

    init(from reader: inout SettingsReader) {
        listen = ListenSettings(from: &reader)
        admin = AdminSettings(from: &reader)
        clients = ClientSettings(from: &reader)
        jobs = JobSettings(from: &reader)
        crossOrigin = CrossOriginSettings(from: &reader)
        cache = CacheSettings(from: &reader)
        limits = LimitSettings(from: &reader)
        upstream = UpstreamSettings(from: &reader)
        log = LogSettings(from: &reader)
        drain = DrainSettings(from: &reader)
        effective = reader.effective
    }

    /// Sentences that deserve a warning in the log at start.
    var warnings: [String] { listen.warnings(source: source(of: "listen.hosts")) }

    /// Where the value of a key came from; `.standard` if nobody set it.
    func source(of key: String) -> SettingSource {
        effective.first { $0.key == key }?.source ?? .standard
    }
}

extension Settings {
    /// Parses and checks everything.
    ///
    /// - Throws: all problems at once.
    static func load(from sources: SettingsSources) throws(ConfigurationError) -> Settings {
        let names = EnvironmentNames(sources.environment, definitions: definitions)
        var reader = SettingsReader(sources.text)
        var settings = Settings(from: &reader)
        let problems = sources.overrideProblems + names.problems + (sources.file?.problems ?? []) + reader.problems
        // Two values are compared only where both are allowed: a default in place of a bad value would mislead.
        let all = problems.isEmpty ? settings.conflicts : problems
        guard all.isEmpty else { throw ConfigurationError(all) }
        settings.ignoredNames = names.ignored
        return settings
    }
}

extension Settings {
    /// Values that are allowed each by itself but not together.
    var conflicts: [ConfigurationProblem] {
        [
            burstConflict("limits.client", limits.client.rate, limits.client.burst),
            burstConflict("limits.upstream", limits.upstream.rate, limits.upstream.burst),
            connectTimeoutConflict,
            portConflict,
        ].compactMap { $0 }
    }

    /// A bucket that holds no token admits nothing, whatever its rate.
    private func burstConflict(_ section: String, _ rate: Rate, _ burst: Int) -> ConfigurationProblem? {
        guard !rate.isOff, burst == 0 else { return nil }
        let rate = "unless \(other("\(section).rate")) is 0"
        return .conflict("\(culprit("\(section).burst")), but must be at least 1 \(rate).")
    }

    private var connectTimeoutConflict: ConfigurationProblem? {
        guard upstream.connectTimeout > upstream.timeout else { return nil }
        let timeout = other("upstream.timeout")
        return .conflict("\(culprit("upstream.connectTimeout")), but must be no longer than \(timeout).")
    }

    private var portConflict: ConfigurationProblem? {
        guard listen.port == admin.port, admin.port != 0 else { return nil }
        return .conflict("\(culprit("admin.port")), but must be 0 or another port than \(other("listen.port")).")
    }

    private func culprit(_ key: String) -> String { "\(name(of: key)) is \(text(of: key).quoted)" }
    private func other(_ key: String) -> String { "\(name(of: key)) (\(text(of: key).quoted))" }
    private func name(of key: String) -> String { source(of: key).name(of: key).printable }
    private func text(of key: String) -> String { effective.first { $0.key == key }?.text ?? "" }
}

extension Settings {
    /// Every key there is, in the order of the sections.
    static let definitions: [SettingDefinition] = {
        var reader = SettingsReader { _ in nil }
        _ = Settings(from: &reader)
        return reader.definitions
    }()
}
