import AWSCredentials
import Curl
import Gateway
import MicroHTTPD
import ServiceLifecycle
import Synchronization

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
    let timeout: Duration
    let forcedStop: ForcedStop
    /// Runs before the listener stops to accept connections.
    var beforeStop: @Sendable () async -> Void = {}

    func run() async {
        try? await gracefulShutdown()
        await forcedStop.runUntilForced { [self] in
            await beforeStop()
            await server.stop(within: timeout)
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
