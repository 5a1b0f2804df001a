import AWSCredentials
import AWSEndpoints
import Curl
import Gateway
import MicroHTTPD
import RateLimiting
import ServiceLifecycle
import SigV4
import Synchronization
import Telemetry
import Transcribe

/// The parts between a request and Amazon Transcribe: the transfers to AWS, the credentials, the Transcribe client and the
/// gateway.
struct GatewayParts {
    let gateway: JobGateway
    let refresher: CredentialsRefresher
    private let transcribe: TranscribeClient
    private let transfers: CurlClient
    private let connections: Int
    private let passed: ServerAddress?

    /// - Parameters:
    ///   - connections: how many the public listener has at most.
    ///   - passed: where it listens in place of its settings.
    /// - Throws: ``ProgramEnd`` 75 as ``startClient(_:)``.
    init(
        _ settings: Settings, connections: Int, at passed: ServerAddress? = nil, on upstream: Upstream,
        _ observability: Observability
    ) throws {
        (self.connections, self.passed) = (connections, passed)
        // The admission control bounds the calls, and its bound can change.
        let client = try startClient(
            CurlOptions(
                concurrency: AdmissionOptions.concurrencies.upperBound,
                connectTimeout: settings.upstream.connectTimeout, certificateAuthorities: upstream.authorities))
        transfers = client
        refresher = CredentialsRefresher(
            provider: upstream.credentials, holding: upstream.first, now: { upstream.clock.now },
            askTime: { await upstream.clock.learn(from: upstream.endpoint, through: upstream.transport(over: client)) },
            report: observability.report)
        observability.readiness.set(.credentials, obstacle: upstream.obstacle)
        transcribe = TranscribeClient(
            endpoint: upstream.endpoint, transport: upstream.transport(over: client),
            credentials: refresher, policy: settings.upstream.retryPolicy, time: .system, clock: upstream.clock,
            observe: observability.recorder.record(attempt:))
        var options = settings.gateway(connections: connections, at: passed)
        options.region = upstream.endpoint.region.name
        // The times in a job are AWS's, so its age is told by AWS's clock.
        options.time = TimeSource(
            wallTime: { [clock = upstream.clock] in clock.now }, now: options.time.now, sleep: options.time.sleep)
        gateway = JobGateway(
            options: options, source: transcribe, lists: transcribe, recorder: observability.recorder,
            probes: ProbeReplies(observability.readiness, registry: observability.registry))
        gateway.observe(in: observability.registry)
    }

    /// Those that have to run while the gateway serves.
    var services: [any Service] {
        [
            TransferService(client: transfers), CredentialsRefreshService(refresher: refresher),
            JobGatewayService(gateway: gateway),
        ]
    }

    /// Puts what can change while requests come in force.
    ///
    /// - Parameter isTaken: called when it is sure that the settings change, before any reply follows from that.
    /// - Throws: why it cannot be. Then nothing has changed.
    func change(to settings: Settings, isTaken: () -> Void = {}) throws(ConfigurationError) {
        guard Listeners.mayOpen(connections: connections, beside: settings) else {
            throw ConfigurationError([.conflict(settings.descriptorConflict)])
        }
        guard gateway.change(to: settings.gateway(connections: connections, at: passed), isTaken: isTaken) else {
            throw ConfigurationError([
                .conflict("The settings have been changed ten thousand times since the start; start again.")
            ])
        }
        transcribe.change(to: settings.upstream.retryPolicy)
    }
}

extension Settings {
    /// - Parameters:
    ///   - connections: how many the public listener has at most.
    ///   - passed: where it listens in place of the settings.
    fileprivate func gateway(connections: Int, at passed: ServerAddress?) -> GatewayOptions {
        var options = gateway
        options.hosts = hosts(at: passed)
        if source(of: "watch.limit") == .standard { options.watch.adapt(toConnections: connections) }
        return options
    }

    fileprivate var descriptorConflict: String {
        "limits.upstream.concurrency is \(limits.upstream.concurrency), but this process may not open so many files beside "
            + "its connections. Lower it, or start again with a higher limit of open files (ulimit -n)."
    }
}

/// Keeps the transfers to AWS possible until the parts that use them have stopped.
struct TransferService: Service {
    let client: CurlClient

    func run() async {
        try? await gracefulShutdown()
        await client.shutDown()
    }
}

/// Refreshes the credentials before they expire.
struct CredentialsRefreshService: Service {
    let refresher: CredentialsRefresher

    func run() async {
        await cancelWhenGracefulShutdown { await refresher.run() }
    }
}

/// Runs the gateway's fetches and the sweeps of its cache. The listeners stop first, so at its own stop no request waits and
/// the remaining fetches are cancelled.
struct JobGatewayService: Service {
    let gateway: JobGateway

    func run() async {
        await cancelWhenGracefulShutdown { await gateway.run() }
    }
}

/// Stops a listener that serves since it was made.
struct ListenerService: Service {
    let server: HTTPServer
    /// How long accepted requests may take once the listener stops.
    let timeout: @Sendable () -> Duration
    let forcedStop: ForcedStop
    /// Runs before the listener stops to accept connections.
    var beforeStop: @Sendable () async -> Void = {}

    func run() async {
        try? await gracefulShutdown()
        await forcedStop.runUntilForced { [self] in
            await beforeStop()
            await server.stop(within: timeout())
        }
    }
}

/// Cancels the waits of a graceful stop when a second signal comes. Safe to use from any thread.
final class ForcedStop: Sendable {
    private struct State {
        var isForced = false
        var tasks: [Task<Void, Never>] = []
    }

    private let state = Mutex(State())

    /// Cancels the work that runs now and all work that begins later.
    func force() {
        let tasks = state.withLock { state in
            state.isForced = true
            return state.tasks
        }
        for task in tasks { task.cancel() }
    }

    /// Does the work. A forced stop cancels it; the caller waits for its end all the same.
    func runUntilForced(_ work: @escaping @Sendable () async -> Void) async {
        let task = Task { await work() }
        let isForced = state.withLock { state in
            state.tasks.append(task)
            return state.isForced
        }
        if isForced { task.cancel() }
        await task.value
    }
}
