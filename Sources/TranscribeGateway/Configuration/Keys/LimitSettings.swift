/// How much is asked of the gateway and of AWS.
struct LimitSettings: Sendable {
    /// For each client.
    struct Client: Sendable {
        let rate: Rate
        let burst: Int
        /// Whether nobody is refused.
        let shadow: Bool
    }

    /// For all calls to AWS together.
    struct Upstream: Sendable {
        let rate: Rate
        let burst: Int
        let concurrency: Int
    }

    let client: Client
    let upstream: Upstream

    init(from reader: inout SettingsReader) {
        client = Client(from: &reader)
        upstream = Upstream(from: &reader)
    }
}

extension LimitSettings.Client {
    init(from reader: inout SettingsReader) {
        rate = reader.value(
            "limits.client.rate", .rate(upTo: 1_000_000), default: "100/s", "requests of one client; 0 is no limit")
        burst = reader.value(
            "limits.client.burst", .int(0...1_000_000), default: "200", "requests that one client may send at once")
        shadow = reader.value(
            "limits.client.shadow", .bool, default: "false",
            "whether those over the limit are only counted and logged, and answered all the same")
    }
}

extension LimitSettings.Upstream {
    init(from reader: inout SettingsReader) {
        rate = reader.value(
            "limits.upstream.rate", .rate(upTo: 10_000), default: "15/s",
            "look-ups at AWS, whose own default is 20/s; with N replicas give each 1/N; 0 is no limit")
        burst = reader.value(
            "limits.upstream.burst", .int(0...10_000), default: "15", "look-ups at AWS that may begin at once")
        concurrency = reader.value(
            "limits.upstream.concurrency", .int(1...1_000), default: "32", "look-ups at AWS under way at a time")
    }
}
