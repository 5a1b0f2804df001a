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
struct CredentialsService: Service {
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
    /// Whether it may take that time.
    let haste: Haste
    /// What has to be done before it stops listening.
    var farewell: @Sendable () async -> Void = {}

    func run() async {
        try? await gracefulShutdown()
        await haste.cutting { [self] in
            await farewell()
            await server.stop(within: grace)
        }
    }
}

/// Whether a stop has to be quick: then nothing takes the time that it was given.
final class Haste: Sendable {
    private struct State {
        var isMade = false
        var tasks: [Task<Void, Never>] = []
    }

    private let state = Mutex(State())

    /// From here on, whatever runs under it is cancelled.
    func make() {
        let tasks = state.withLock { state in
            state.isMade = true
            return state.tasks
        }
        for task in tasks { task.cancel() }
    }

    /// Does the work, cancelled as soon as there is haste.
    func cutting(_ work: @escaping @Sendable () async -> Void) async {
        let task = Task { await work() }
        let isMade = state.withLock { state in
            state.tasks.append(task)
            return state.isMade
        }
        if isMade { task.cancel() }
        await task.value
    }
}
