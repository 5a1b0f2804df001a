import FoundationEssentials
import Gateway
import HTTPExchange
import MicroHTTPD

/// The public listener.
struct ListenSettings: Sendable {
    let host: ListenAddress
    /// 0 = any free one.
    let port: UInt16
    /// Everything of the listener that a key sets.
    let server: ServerOptions
    /// Connections of one address at most; nil if no source set it.
    private let perAddress: Int?
    /// The `Host` values that are accepted; the guard against DNS rebinding.
    let hosts: HostRule

    init(from reader: inout SettingsReader) {
        host = reader.value(
            "listen.host", .atRestart(because: "a socket is bound at the start"), .listenAddress, default: "127.0.0.1",
            "address of the public listener, or `unix:` and the path of a Unix socket")
        port = reader.value(
            "listen.port", .atRestart(because: "a socket is bound at the start"), .port, default: "8080",
            "port of the public listener; 0 takes any free one")
        let threads = reader.value(
            "listen.threads", .atRestart(because: "the HTTP library starts its threads once"),
            .optional(.int(1...256), as: "auto"), default: "auto",
            "threads that serve requests; `auto` is one per core")
        hosts = reader.value(
            "listen.hosts", .atReload, .hosts,
            default: host.isLoopback ? Self.loopbackNames.joined(separator: ",") : "*",
            "`Host` values that are accepted, or `*` for any; where `listen.host` is not loopback the default is `*`")
        let connections = reader.value(
            "listen.connections", .atRestart(because: "descriptors are set aside at the start"), .int(16...1_000_000),
            default: "10000", "connections held open at a time")
        perAddress = reader.value(
            "listen.perAddress", .atRestart(because: "it follows from `listen.connections`"),
            .optional(.int(0...1_000_000), as: "auto"), default: "auto",
            "connections of one IPv4 address, IPv6 /64 or user of a Unix socket, trusted proxies aside; `auto` is a quarter of "
                + "`listen.connections`, and 0 is no limit")
        let idleTimeout = reader.value(
            "listen.idleTimeout", .atRestart(because: "the HTTP library takes it at the start"),
            .duration(.seconds(1) ... .hours(1)), default: "75s",
            "how long a client may wait between requests or take to read a reply; longer than a load balancer's")
        let requestTimeout = reader.value(
            "listen.requestTimeout", .atRestart(because: "connections get it as they begin"),
            .duration(.milliseconds(100) ... .minutes(10)), default: "10s",
            "how long a client may take to send the header section of a request, from its first byte")
        server = ServerOptions(
            address: host.server(port: port), threads: threads ?? ProcessInfo.processInfo.activeProcessorCount,
            connections: connections, perAddress: 0, idleTimeout: idleTimeout, requestTimeout: requestTimeout)
    }

    /// Connections of one address at most.
    ///
    /// - Parameter connections: how many there may be in all. The limit of open files may leave fewer than were set.
    func perAddress(of connections: Int) -> Int { perAddress ?? max(1, connections / 4) }

    /// The names that are accepted by default on loopback.
    private static let loopbackNames = ["localhost", "127.0.0.1", "[::1]"]

    /// The `Host` values that are accepted where the listener has a socket that was passed: the default follows from the address of
    /// that.
    func hosts(source: SettingSource, at passed: ServerAddress?) -> HostRule {
        guard let passed, source == .standard else { return hosts }
        return passed.isLoopback ? .only(Self.loopbackNames) : .any
    }

    /// What the log warns of at start: any `Host` is accepted although no source set that.
    func warnings(source: SettingSource, at passed: ServerAddress?) -> [String] {
        let address = passed ?? server.address
        guard case .any = hosts(source: source, at: passed), source == .standard, !address.isUnix else { return [] }
        return ["listen.hosts is * because listen.host is not loopback; list the host names to refuse all others."]
    }
}

extension ServerAddress {
    fileprivate var isUnix: Bool { if case .unix = self { true } else { false } }

    fileprivate var isLoopback: Bool {
        if case .network(let host, _) = self { PeerAddress(host)?.isLoopback ?? false } else { false }
    }
}

/// The listener for probes, metrics and purges.
struct AdminSettings: Sendable {
    let host: ListenAddress
    /// Names that it answers beside addresses and `localhost`. They are checked always but on a Unix socket: there is no value for
    /// any name.
    let hosts: [String]
    /// 0 = any free one.
    let port: UInt16
    let allowsRemotePurges: Bool

    init(from reader: inout SettingsReader) {
        host = reader.value(
            "admin.host", .atRestart(because: "a socket is bound at the start"), .listenAddress, default: "127.0.0.1",
            "address of the listener for probes and metrics, or `unix:` and the path of a Unix socket")
        port = reader.value(
            "admin.port", .atRestart(because: "a socket is bound at the start"), .port, default: "8081",
            "port of that listener; 0 takes any free one")
        let names: [String]? = reader.value(
            "admin.hosts", .atReload, .optional(.hostNames, as: "none"), default: "none",
            "`Host` values that it answers beside addresses and `localhost`, such as the name of a Service")
        hosts = names ?? []
        allowsRemotePurges = reader.value(
            "admin.purge", .atReload, .bool, default: "false",
            "whether other machines than this one may purge the cache there")
    }
}

/// How the gateway stops.
struct DrainSettings: Sendable {
    let delay: Duration
    let timeout: Duration

    init(from reader: inout SettingsReader) {
        delay = reader.value(
            "drain.delay", .atReload, .duration(.zero ... .minutes(5)), default: "0s",
            "how long to go on listening after readiness fails")
        timeout = reader.value(
            "drain.timeout", .atReload, .duration(.milliseconds(100) ... .minutes(10)), default: "20s",
            "how long accepted requests may take to finish")
    }
}
