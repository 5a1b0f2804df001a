import Gateway

/// How much is kept of jobs, for how long, and what clients may keep.
struct CacheSettings: Sendable {
    /// In bytes.
    let capacity: Int
    let clients: ClientCaching
    /// Requests that may wait for AWS at a time.
    let waiters: Int
    let freshness: Freshness

    init(from reader: inout SettingsReader) {
        capacity = reader.value(
            "cache.capacity", .atRestart(because: "the cache is divided at the start"), .size(1 << 20...64 << 30),
            default: "64MiB", "memory for cached jobs")
        clients = reader.value(
            "cache.clients", .atReload, .choice, default: "revalidate",
            "what clients may keep: `revalidate`, `max-age` or `no-store`")
        waiters = reader.value(
            "cache.waiters", .atReload, .int(1...1_000_000), default: "10000",
            "requests that may wait for AWS at a time")
        freshness = Freshness(from: &reader)
    }
}

extension Freshness {
    init(from reader: inout SettingsReader) {
        self.init(
            running: reader.value(
                "cache.ttl.running", .atReload, .duration(.milliseconds(100) ... .hours(1)), default: "5s",
                "how long a queued or running job is fresh; up to six times as long if it has run for long"),
            finished: reader.value(
                "cache.ttl.finished", .atReload, .duration(.milliseconds(100) ... .hours(24)), default: "10m",
                "how long a completed or failed job is fresh"),
            missing: reader.value(
                "cache.ttl.missing", .atReload, .duration(.milliseconds(100) ... .minutes(10)), default: "2s",
                "how long an unknown job stays unknown"),
            staleWhileRevalidate: reader.value(
                "cache.staleWhileRevalidate", .atReload, .duration(.zero ... .hours(1)), default: "30s",
                "how long a job that is no longer fresh is served while it is refreshed"),
            staleIfError: reader.value(
                "cache.staleIfError", .atReload, .duration(.zero ... .hours(24)), default: "10m",
                "how long a job that is no longer fresh is served while AWS gives no answer"))
    }
}

/// Requests that wait for a change of a job, and event streams.
extension WatchOptions {
    init(from reader: inout SettingsReader) {
        self.init(
            longestWait: reader.value(
                "watch.maxWait", .atReload, .duration(.zero ... .minutes(10)), default: "45s",
                "how long a request may wait for a change; shorter than the time-outs of proxies, of which some end a "
                    + "silent request after 50 s"),
            limit: reader.value(
                "watch.limit", .atReload, .int(0...1_000_000), default: "8000",
                "requests that may wait for a change or stream events at a time; each holds a connection, and 0 is "
                    + "none"),
            perClient: reader.value(
                "watch.perClient", .atReload, .int(0...1_000_000), default: "100", "the same, of one client; 0 is none")
        )
    }

    /// What the log warns of at start: requests that watch may leave few connections to all others.
    func warnings(connections: Int) -> [String] {
        guard limit > connections - connections / 10 else { return [] }
        return [
            "watch.limit (\(limit)) leaves other requests less than a tenth of listen.connections (\(connections)); "
                + "lower it, or raise listen.connections."
        ]
    }

    /// The limit where no source sets it and there are fewer connections than by default: the same part of them.
    mutating func adapt(toConnections connections: Int) { limit = min(limit, connections * 8 / 10) }
}

/// The list of running jobs, which follows many of them with one call.
extension ListOptions {
    init(from reader: inout SettingsReader) {
        self.init(
            use: reader.value(
                "watch.list", .atReload, .choice, default: "auto",
                "whether running jobs that are watched or polled are followed by AWS's list of them: `auto` where its policies "
                    + "permit that, `on` or `off`"),
            from: reader.value(
                "watch.listFrom", .atReload, .int(1...1_000_000), default: "3",
                "followed running jobs from which on the list is used; a further page of it for each as many"),
            trust: reader.value(
                "watch.listTrust", .atReload, .duration(.seconds(1) ... .hours(1)), default: "60s",
                "how long after its last look-up a job is taken to be as the list shows it"),
            rate: reader.value(
                "limits.list.rate", .atReload, .rate(upTo: 1_000), default: "1/s",
                "pages of the list, whose default at AWS is 5/s; 0 is no limit"))
    }
}
