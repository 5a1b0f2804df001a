public import HTTPExchange
import Synchronization
import Threads

/// An HTTP/1.1 server on libmicrohttpd. Each of its threads has an epoll set of its own. It checks requests strictly,
/// suspends those that wait, and bounds every wait.
///
/// It serves from `init` until ``stop(within:)``, which must be called once.
public final class HTTPServer: Sendable {
    /// Where it listens; with the port that the system chose.
    public let address: ServerAddress
    private let context: ServerContext
    private let thread: ServerThread

    /// Listens and starts to serve.
    /// - Throws: ``ServerError`` if it cannot listen at the address, the library does not start, or the system has not the
    ///   threads and descriptors for it.
    public init(options: ServerOptions = .loopback, handler: any Handler) throws(ServerError) {
        let socket =
            if let inherited = options.inherited { ListeningSocket(inherited) } else {
                try ListeningSocket(options.address)
            }
        let daemon: Daemon
        do throws(ServerError) {
            context = try ServerContext(options: options, handler: handler)
            daemon = try Daemon(context: context)
        } catch {
            socket.close()
            throw error
        }
        address = socket.address
        thread = try ServerThread(context: context, socket: socket, daemon: daemon)
    }

    /// The port that it listens on; 0 if that is no address of TCP.
    public var port: UInt16 { if case .network(_, let port) = address { port } else { 0 } }

    /// What became of its connections. May be read on any thread.
    public var counts: ServerCounts {
        var counts = context.counters.counts
        counts.open = context.places.takenCount
        return counts
    }

    /// Open connections at most.
    public var connectionLimit: Int { context.options.connections }

    /// Whether its threads turn: each is asked for a sign of life, and has given the last one, unless that was asked for a moment ago.
    /// Call it now and then, on any thread. A server that has stopped has no threads that could hang.
    public var isTurning: Bool { thread.isTurning(at: .now) }

    /// Lets other peers than before connect without the limit of an address (``ServerOptions/proxies``).
    public func change(proxies: [AddressRange]) { context.places.change(exempt: proxies) }

    /// Stops in this order: refuses new connections, ends the streams, lets accepted requests finish, answers the requests that still wait
    /// at the end of `grace` with their ``DeferredReply/Expiry/serverStopping`` reply, and returns when the library's
    /// threads have ended. The grace ends at once when the task is cancelled.
    public func stop(within grace: Duration) async {
        await withTaskCancellationHandler {
            await thread.stop(by: .now + grace)
        } onCancel: {
            thread.stopNow()
        }
    }
}

/// What all callbacks of one server share.
final class ServerContext: Sendable {
    let options: ServerOptions
    let handler: any Handler
    let clock = CoarseClock()
    let limits: ConnectionLimits
    /// Whether its connections are of a Unix socket.
    let isUnix: Bool
    /// The library's own limit for silence, in whole seconds. It is later than the idle limit of the server's own thread,
    /// which counts the connections that it ends.
    let silenceLimit: Int
    let wakeUp: WakeUp
    let acceptorWakeUp: WakeUp
    let deadlines: RequestDeadlines
    let counters = ServerCounters()
    let places: ConnectionPlaces
    let refusals: RefusalLog
    let table: ConnectionTable
    let libraryLog: LibraryLog
    let threads = LibraryThreads()
    let signs: ThreadSigns?
    private let draining = Atomic(false)

    /// - Throws: ``ServerError/shortage(reason:)`` if no descriptor is left.
    init(options: ServerOptions, handler: any Handler) throws(ServerError) {
        self.options = options
        self.handler = handler
        do throws(SystemCallError) {
            wakeUp = try WakeUp()
            acceptorWakeUp = try WakeUp()
        } catch {
            throw .shortage(reason: "\(error)")
        }
        limits = ConnectionLimits(options)
        isUnix = if case .unix = options.inherited?.address ?? options.address { true } else { false }
        silenceLimit = Int(options.idleTimeout.components.seconds) + 3
        deadlines = RequestDeadlines(wakeUp: wakeUp)
        places = ConnectionPlaces(
            limit: options.connections, addressLimit: options.perAddress, exempt: options.proxies
        ) { [acceptorWakeUp] in acceptorWakeUp.signal() }
        signs = options.livenessTarget.map { [places] in
            ThreadSigns(target: $0, threads: options.threads, places: places)
        }
        refusals = RefusalLog(log: options.log)
        table = ConnectionTable(counters: counters, limits: limits)
        // The questions to its threads come over Unix sockets, too.
        libraryLog = LibraryLog(hasUnixSockets: isUnix || signs != nil) { [log = options.log] in
            log("libmicrohttpd: \($0)")
        }
    }

    /// Whether every reply from now on ends its connection.
    var isDraining: Bool { draining.load(ordering: .relaxed) }

    func startDraining() { draining.store(true, ordering: .relaxed) }

    /// Call it when a connection begins, on the thread that serves it.
    func insert(_ connection: Connection) {
        threads.add()
        table.insert(connection)
    }

    /// Call it when a connection ends, while its socket is still open.
    func remove(_ connection: Connection) {
        table.remove(connection)
        places.giveBack(of: connection.peer)
    }
}
