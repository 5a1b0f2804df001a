/// The public listener.
struct ListenSettings: Sendable {
    let host: ListenAddress
    /// 0 = any free one.
    let port: UInt16
    /// `nil` = one per core.
    let threads: Int?
    /// The `Host` values that are answered; the guard against DNS rebinding.
    let hosts: Selection
    let connections: Int
    /// 0 = no limit.
    let perAddress: Int
    let idleTimeout: Duration
    let requestTimeout: Duration

    init(from reader: inout SettingsReader) {
        host = reader.value(
            "listen.host", .listenAddress, default: "127.0.0.1", "address of the public listener")
        port = reader.value(
            "listen.port", .port, default: "8080", "port of the public listener; 0 takes any free one")
        threads = reader.value(
            "listen.threads", .optional(.int(1...256), as: "auto"), default: "auto",
            "threads that serve requests; `auto` is one per core")
        hosts = reader.value(
            "listen.hosts", .hosts, default: host.isLoopback ? "localhost,127.0.0.1,[::1]" : "*",
            "`Host` values that are answered, or `*` for any; where `listen.host` is not loopback the default is `*`")
        connections = reader.value(
            "listen.connections", .int(16...1_000_000), default: "10000", "connections held open at a time")
        perAddress = reader.value(
            "listen.perAddress", .int(0...1_000_000), default: "0",
            "connections of one IPv4 address or IPv6 /64, trusted proxies aside; 0 is no limit")
        idleTimeout = reader.value(
            "listen.idleTimeout", .duration(.seconds(1) ... .hours(1)), default: "75s",
            "how long a client may wait between requests or take over an answer; longer than a load balancer's")
        requestTimeout = reader.value(
            "listen.requestTimeout", .duration(.milliseconds(100) ... .minutes(10)), default: "10s",
            "how long a client may take to send the head of a request, from its first byte")
    }
}

extension ListenSettings {
    /// What deserves a warning at start: any `Host` is answered although nobody asked for that.
    func warnings(source: SettingSource) -> [String] {
        guard hosts == .everything, source == .standard else { return [] }
        return ["listen.hosts is * because listen.host is not loopback; list the host names to refuse all others."]
    }
}
