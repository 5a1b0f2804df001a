import AWSEndpoints
import ArgumentParser
import Gateway
import HTTPExchange
import Logging
import MicroHTTPD
import OwnProcess
import RateLimiting
import ServiceLifecycle
import Tracing

/// The two listeners: the public one, and the one for operators.
struct Listeners {
    private static let adminConnections = 64
    /// Why the gateway is not ready from the moment of a signal on.
    static let stopping = "The gateway is stopping."

    /// What a listener's threads are asked for where they have to show that they turn.
    private static let liveness = "/livez"

    let gateway: HTTPServer
    let admin: HTTPServer
    private let adminHandler: AdminHandler

    /// Starts both.
    /// - Throws: ``ProgramEnd`` 78 with the reason why one cannot start.
    init(
        _ settings: Settings, connections: Int, _ sockets: PassedSockets, _ handler: JobGateway,
        _ observability: Observability
    ) async throws {
        var options = settings.listen.server
        options.inherited = sockets.gateway
        options.livenessTarget = Self.liveness
        options.connections = connections
        options.perAddress = settings.listen.perAddress(of: options.connections)
        options.proxies = settings.clients.trustedProxies
        options.log = Self.log("public", observability.logger)
        gateway = try Self.listen(options, handler, set: "listen.host", "listen.port")
        var adminOptions = ServerOptions.loopback
        adminOptions.inherited = sockets.admin
        adminOptions.livenessTarget = Self.liveness
        adminOptions.address = settings.admin.host.server(port: settings.admin.port)
        adminOptions.connections = Self.adminConnections
        adminOptions.idleTimeout = .seconds(10)
        adminOptions.log = Self.log("admin", observability.logger)
        adminHandler = AdminHandler(
            readiness: observability.readiness, registry: observability.registry, gateway: handler,
            rules: settings.admin.rules)
        do {
            admin = try Self.listen(adminOptions, adminHandler, set: "admin.host", "admin.port")
        } catch {
            // Leaves no file of a Unix socket behind.
            await gateway.stop(within: .zero)
            throw error
        }
        gateway.observe(in: observability.registry)
        observability.readiness.set(.serving, obstacle: nil)
    }

    /// Puts what can change while they listen in force.
    func change(to settings: Settings) {
        gateway.change(proxies: settings.clients.trustedProxies)
        adminHandler.change(to: settings.admin.rules)
    }

    /// The public listener stops first: readiness fails, `drain.delay` passes, then the accepted requests finish.
    ///
    /// - Parameter drain: asked when a stop begins.
    func services(
        _ drain: @escaping @Sendable () -> DrainSettings, _ readiness: Readiness, _ forcedStop: ForcedStop
    ) -> [any Service] {
        [
            ListenerService(server: admin, timeout: { .seconds(1) }, forcedStop: forcedStop),
            ListenerService(server: gateway, timeout: { drain().timeout }, forcedStop: forcedStop) {
                readiness.endServing(because: Self.stopping)
                try? await Task.sleep(for: drain().delay)
            },
        ]
    }

    /// A line for systemd: where they listen, and whether the gateway is ready now.
    func status(_ readiness: Readiness) -> String {
        let reasons = readiness.current.map { " Not ready: \($0.reason)" }.joined()
        return "Listening on \(gateway.address); for operators on \(admin.address).\(reasons)"
    }

    func logStart(
        _ settings: Settings, _ sockets: PassedSockets, _ upstream: Upstream, _ tracing: TracingSettings,
        _ logger: Logger
    ) {
        for warning in settings.warnings(at: sockets.gateway?.address) { logger.warning("\(warning)") }
        if !upstream.isLocal, let warning = settings.log.warning { logger.warning("\(warning)") }
        if upstream.first == nil {
            logger.warning("the source of the AWS credentials has not answered yet; the gateway waits for it")
        }
        sockets.log(to: logger)
        if let warning = LibraryBehaviour.observed.warning { logger.warning("\(warning)") }
        if !settings.ignoredNames.isEmpty {
            let names = settings.ignoredNames.joined(separator: " ")
            logger.info("ignored variables that Kubernetes sets for a Service", metadata: ["names": "\(names)"])
        }
        if let collector = tracing.export?.options.url {
            logger.info("tracing", metadata: ["collector": "\(collector)"])
        }
        if let warning = tracing.warning { logger.warning("\(warning)") }
        if !tracing.ignored.isEmpty {
            let names = tracing.ignored.joined(separator: " ")
            logger.info(
                "ignored variables of OpenTelemetry that mean nothing to the gateway", metadata: ["names": "\(names)"])
        }
        if !upstream.ignoredVariables.isEmpty {
            let names = upstream.ignoredVariables.joined(separator: " ")
            logger.info("ignored variables of AWS that mean nothing to the gateway", metadata: ["names": "\(names)"])
        }
        let addresses: Logger.Metadata = gateway.address.metadata("address", "port").merging(
            admin.address.metadata("adminAddress", "adminPort")
        ) { $1 }
        logger.notice(
            "listening",
            metadata: addresses.merging([
                "version": "\(Identity.version)", "revision": "\(Identity.revision)",
                "region": "\(upstream.endpoint.region)", "regionSource": "\(upstream.regionSource)",
                "endpoint": "\(upstream.endpoint.url)", "endpointSource": "\(upstream.endpointSource)",
            ]) { $1 })
    }

    private static func log(_ listener: String, _ logger: Logger) -> @Sendable (String) -> Void {
        { logger.warning("\($0)", metadata: ["listener": "\(listener)"]) }
    }

    /// Starts a server.
    /// - Parameter keys: the settings that say where it listens; none if no setting does.
    /// - Throws: ``ProgramEnd`` 75 or 78 with the reason.
    static func listen(_ options: ServerOptions, _ handler: any Handler, set keys: String...) throws -> HTTPServer {
        do throws(ServerError) {
            return try HTTPServer(options: options, handler: handler)
        } catch .shortage(let reason) {
            throw ProgramEnd("\(ServerError.shortage(reason: reason))", status: ExitStatus.temporaryFailure)
        } catch {
            // A Unix socket has no port.
            let culprits = if case .unix = options.address { keys.prefix(1) } else { keys[...] }
            throw ProgramEnd((culprits.isEmpty ? "" : culprits.joined(separator: ", ") + ": ") + "\(error)")
        }
    }

    /// Descriptors that the process needs beside the connections of the public listener: those of the admin listener, calls
    /// to AWS, an epoll set and two more for each thread, and files.
    private static func reserve(_ settings: Settings) -> Int {
        adminConnections + settings.limits.upstream.concurrency + 3 * settings.listen.server.threads + 64
    }

    /// Whether so many connections and what these settings need may be open at a time.
    static func mayOpen(connections: Int, beside settings: Settings) -> Bool {
        connections + reserve(settings) <= DescriptorLimit.raise()
    }

    /// `listen.connections`, if the process may have so many descriptors: libmicrohttpd spins when they run out.
    /// - Throws: ``ProgramEnd`` 78 with the reason why it may not.
    static func connections(_ settings: Settings, _ logger: Logger) throws -> Int {
        let wanted = settings.listen.server.connections
        let possible = DescriptorLimit.raise() - reserve(settings)
        guard wanted > possible else { return wanted }
        guard settings.source(of: "listen.connections") == .standard, possible >= 16 else {
            throw ProgramEnd(
                "listen.connections is \(wanted), but this process may open \(max(0, possible)) connections. "
                    + "Raise the limit of open files (ulimit -n) or lower listen.connections.")
        }
        logger.notice(
            "fewer connections than the default, because of the limit of open files",
            metadata: ["connections": "\(possible)"])
        return possible
    }
}

extension ServerAddress {
    /// For the log. A Unix socket has no port.
    fileprivate func metadata(_ address: String, _ port: String) -> Logger.Metadata {
        switch self {
        case .network(let host, let number): [address: "\(host)", port: "\(number)"]
        case .unix: [address: "\(self)"]
        }
    }
}

extension AdminSettings {
    fileprivate var rules: AdminRules { AdminRules(hosts: hosts, allowsRemotePurges: allowsRemotePurges) }
}
