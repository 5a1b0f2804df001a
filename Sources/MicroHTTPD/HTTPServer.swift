public import HTTPExchange
import Synchronization

/// An HTTP/1.1 server on libmicrohttpd: an epoll loop for each thread, requests judged strictly, waiting requests
/// suspended, every wait bounded.
///
/// It serves from `init` until ``stop(within:)``, which must be called once.
public final class HTTPServer: Sendable {
    /// The port that it listens on.
    public let port: UInt16
    private let core: ServerCore
    private let keeper: Keeper

    /// Listens and serves at once.
    public init(options: ServerOptions = ServerOptions(), handler: any Handler) throws(ServerError) {
        let socket = try ListeningSocket(host: options.host, port: options.port)
        core = ServerCore(options: options, handler: handler)
        port = socket.port
        keeper = Keeper(core: core, daemon: try Daemon(listening: socket, core: core))
    }

    /// What became of its connections.
    public var counts: ServerCounts { core.tally.counts }

    /// Connections that it holds at most.
    public var connectionLimit: Int { core.options.connections }

    /// Requests that are suspended now.
    public var waitingCount: Int { core.timers.count }

    /// Stops in order: refuses new connections, lets accepted requests finish, answers those that still wait at the end
    /// of `grace` with their ``Deferral/Expiry/serverStopping`` reply, and returns when the library's threads are gone.
    /// The grace ends at once when the task is cancelled.
    public func stop(within grace: Duration) async {
        await withTaskCancellationHandler {
            await keeper.stop(by: .now + grace)
        } onCancel: {
            keeper.hurry()
        }
    }
}
