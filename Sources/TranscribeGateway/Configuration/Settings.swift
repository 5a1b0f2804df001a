import Gateway
import MicroHTTPD
import RateLimiting

/// The whole configuration of the gateway, checked. AWS's own names are `AWSSettings`.
///
/// To add a key, add a field to its section in `Keys` and read it in the section's `init(from:)`: key, kind, default and
/// meaning. The meaning goes into deploy/CONFIGURATION.md too.
struct Settings: Sendable {
    let listen: ListenSettings
    let admin: AdminSettings
    let clients: ClientRule
    /// The fields of a job that clients may see; outside this set a field doesn't exist.
    let jobFields: JobFields
    let crossOrigin: CrossOrigin
    /// Whether pages list what was looked up in their tab.
    let listsRecent: Bool
    let cache: CacheSettings
    let watch: WatchOptions
    let list: ListOptions
    let limits: LimitSettings
    let upstream: UpstreamSettings
    let log: LogSettings
    let drain: DrainSettings
    /// Every key with its value and its source, in the order of the definitions, without secrets.
    let effective: [EffectiveSetting]
    /// The texts that are set, secrets too, by their keys.
    let given: GivenTexts
    /// Variables that begin with `GATEWAY_` and were set by Kubernetes; the log names them.
    private(set) var ignoredNames: [String] = []

    init(from reader: inout SettingsReader) {
        listen = ListenSettings(from: &reader)
        admin = AdminSettings(from: &reader)
        clients = ClientRule(from: &reader)
        jobFields = JobFields(from: &reader)
        crossOrigin = CrossOrigin(from: &reader)
        listsRecent = reader.value(
            "pages.recent", .atReload, .bool, default: "false",
            "whether a page lists the jobs that were looked up in its tab; the browser keeps their names, which may identify "
                + "patients, as long as the tab; it restores them with a closed tab that is opened again, and copies them "
                + "into a duplicate of the tab")
        cache = CacheSettings(from: &reader)
        watch = WatchOptions(from: &reader)
        list = ListOptions(from: &reader)
        limits = LimitSettings(from: &reader)
        upstream = UpstreamSettings(from: &reader)
        log = LogSettings(from: &reader)
        drain = DrainSettings(from: &reader)
        effective = reader.effective
        given = reader.given
    }

    /// The `Host` values that the public listener accepts.
    /// - Parameter passed: where it listens in place of its settings.
    func hosts(at passed: ServerAddress?) -> HostRule { listen.hosts(source: source(of: "listen.hosts"), at: passed) }

    /// Sentences for the log at start.
    /// - Parameter passed: where the public listener listens in place of its settings.
    func warnings(at passed: ServerAddress? = nil) -> [String] {
        listen.warnings(source: source(of: "listen.hosts"), at: passed)
            + watch.warnings(connections: listen.server.connections)
    }

    /// Where the value of a key came from; `.standard` if no source sets it.
    func source(of key: String) -> SettingSource {
        effective.first { $0.key == key }?.source ?? .standard
    }

    var gateway: GatewayOptions {
        GatewayOptions(
            hosts: listen.hosts, clients: clients, crossOrigin: crossOrigin, fields: jobFields,
            listsRecent: listsRecent, caching: cache.clients, cacheCapacity: cache.capacity, freshness: cache.freshness,
            waiters: cache.waiters, watch: watch, list: list, clientLimit: limits.client,
            admission: limits.upstream, timeout: upstream.timeout)
    }
}

extension Settings {
    /// Loads the settings of this process. Blocks while the file of `--config` is read.
    ///
    /// - Throws: ``ProgramEnd`` 78 with all mistakes.
    init(_ options: SettingsOptions) throws {
        self = try exitingOnProblems { () throws(ConfigurationError) in
            try Settings.load(from: SettingsSources(options))
        }
    }

    /// Parses and checks everything.
    ///
    /// - Parameter text: what is set for a key; nil: what the sources say.
    /// - Throws: all problems at once.
    static func load(
        from sources: SettingsSources, _ text: ((SettingDefinition) -> GivenText?)? = nil
    ) throws(ConfigurationError) -> Settings {
        let names = EnvironmentNames(unknown: sources.unknownVariables, known: SettingsSources.knownVariables)
        var reader = SettingsReader(text ?? sources.text)
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
    /// Two values of which each is allowed, but not beside the other.
    var conflicts: [ConfigurationProblem] {
        [
            burstConflict("limits.client", limits.client?.rate, limits.client?.burst),
            burstConflict("limits.upstream", limits.upstream.rate, limits.upstream.burst),
            connectTimeoutConflict,
            nameKeyConflict,
            addressConflict,
        ].compactMap { $0 }
    }

    /// A bucket that holds no token admits nothing, whatever its rate.
    private func burstConflict(_ section: String, _ rate: Rate?, _ burst: Int?) -> ConfigurationProblem? {
        guard rate != nil, burst == 0 else { return nil }
        let exception = "unless \(other("\(section).rate")) is 0"
        return .conflict("\(culprit("\(section).burst")), but must be at least 1 \(exception).")
    }

    private var connectTimeoutConflict: ConfigurationProblem? {
        guard upstream.connectTimeout > upstream.timeout else { return nil }
        let timeout = other("upstream.timeout")
        return .conflict("\(culprit("upstream.connectTimeout")), but must be no longer than \(timeout).")
    }

    private var nameKeyConflict: ConfigurationProblem? {
        guard log.nameKey != nil, log.nameKeyOfFile != nil else { return nil }
        return .conflict("\(culprit("log.nameKeyFile")), but must be none beside \(name(of: "log.nameKey")).")
    }

    private var addressConflict: ConfigurationProblem? {
        if let path = listen.host.path, path == admin.host.path {
            return .conflict("\(culprit("admin.host")), but must be another socket than \(other("listen.host")).")
        }
        let hasPorts = listen.host.path == nil && admin.host.path == nil
        guard hasPorts, listen.port == admin.port, admin.port != 0 else { return nil }
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
