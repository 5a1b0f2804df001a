import AWSCredentials
import Curl
import Gateway
import MicroHTTPD
import ServiceLifecycle
import Synchronization

// The parts that run, as services: started in the order of the group, stopped in the reverse order, so that whoever asks
// stops before who answers.

/// Transfers to AWS, for as long as somebody may want one.
struct TransferService: Service {
    let client: CurlClient

    func run() async {
        try? await gracefulShutdown()
        await client.shutDown()
    }
}

/// Keeps the credentials fresh.
struct CredentialsRefreshService: Service {
    let refresher: CredentialsRefresher

    func run() async {
        await cancelWhenGracefulShutdown { await refresher.run() }
    }
}

/// Flies what the gateway has to ask for. When it stops, nobody waits any more: what still flies is cancelled.
struct FetchService: Service {
    let fetcher: Fetcher

    func run() async {
        await cancelWhenGracefulShutdown { await fetcher.run() }
    }
}

/// A listener.
struct ListenerService: Service {
    let server: HTTPServer
    /// How long accepted requests may take once the listener stops.
    let grace: Duration
    /// Cancels that wait.
    let forcedStop: ForcedStop
    /// What has to be done before it stops listening.
    var beforeStop: @Sendable () async -> Void = {}

    func run() async {
        try? await gracefulShutdown()
        await forcedStop.runUntilForced { [self] in
            await beforeStop()
            await server.stop(within: grace)
        }
    }
}

/// Cancels the graceful part of a stop when a second signal arrives.
final class ForcedStop: Sendable {
    private struct State {
        var isForced = false
        var tasks: [Task<Void, Never>] = []
    }

    private let state = Mutex(State())

    /// Cancels the work that runs now and all work that is given later.
    func force() {
        let tasks = state.withLock { state in
            state.isForced = true
            return state.tasks
        }
        for task in tasks { task.cancel() }
    }

    /// Does the work, cancelled as soon as the stop is forced.
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
