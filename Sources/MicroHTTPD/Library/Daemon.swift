import CMicroHTTPD
import Glibc
import HTTPExchange
import Threads

/// The `struct MHD_Daemon` with its options and callbacks.
///
/// `@unchecked Sendable` because: the pointer is a constant. The library guards what `MHD_add_connection` touches with a mutex
/// of its own (daemon.c, `internal_add_connection`), and the server's own thread stops the daemon after the acceptor's
/// thread has ended.
@safe final class Daemon: @unchecked Sendable {
    /// The library divides its limit among its threads. ``ConnectionPlaces`` is the limit that applies.
    private static let unreachableLimit = 1 << 30

    private let handle: OpaquePointer
    private let context: Unmanaged<ServerContext>

    init(context: ServerContext) throws(ServerError) {
        // Retained for the callbacks' context pointer; released in stop(), when the library's threads are gone.
        let retained = unsafe Unmanaged.passRetained(context)
        signal(SIGPIPE, SIG_IGN)
        let flags =
            MHD_USE_EPOLL_INTERNAL_THREAD.rawValue | MHD_ALLOW_SUSPEND_RESUME.rawValue | MHD_USE_ERROR_LOG.rawValue
            | MHD_USE_NO_LISTEN_SOCKET.rawValue
        var items = unsafe Self.items(context, retained.toOpaque())
        guard let handle = unsafe shim_start_daemon(flags, onAccess, retained.toOpaque(), &items) else {
            // The library leaves that of pthread_create(3), epoll_create1(2) or malloc(3).
            let error = SystemCallError(code: errno)
            unsafe retained.release()
            throw error.isShortage ? .shortage(reason: "\(error)") : .libraryRefused
        }
        unsafe self.handle = unsafe handle
        unsafe self.context = unsafe retained
    }

    /// Hands a connection to one of the library's threads. The socket has to be non-blocking and is the library's from then
    /// on, whatever comes of it. False if the library closed it at once.
    func add(_ socket: Int32, _ address: SocketAddress) -> Bool {
        unsafe address.withAddress { address, length in
            unsafe MHD_add_connection(handle, socket, address, length) == .YES
        }
    }

    /// Ends the library's threads and connections. No connection may be suspended: the library would abort the process.
    /// Do not call it on one of the library's threads.
    func stop() {
        unsafe MHD_stop_daemon(handle)
        unsafe context.release()
    }

    private static func items(
        _ context: ServerContext, _ pointer: UnsafeMutableRawPointer
    ) -> [MHD_OptionItem] {
        func number(_ option: MHD_OPTION, _ value: Int) -> MHD_OptionItem {
            unsafe MHD_OptionItem(option: option, value: value, ptr_value: nil)
        }
        func callback<Function>(_ option: MHD_OPTION, _ function: Function) -> MHD_OptionItem {
            unsafe MHD_OptionItem(
                option: option, value: unsafe unsafeBitCast(function, to: Int.self), ptr_value: pointer)
        }
        let options = context.options
        // Without a pool there is one thread; the library warns of a pool of one.
        let strict = unsafe LibraryBehaviour.observed.knowsDiscipline ? [shim_strict_for_clients()] : []
        let pool = unsafe options.threads > 1 ? [number(.THREAD_POOL_SIZE, options.threads)] : []
        return unsafe [
            // The logger first: the library uses it for the options after it.
            callback(.EXTERNAL_LOGGER, onLogMessage as MHD_LogCallback),
            number(.CONNECTION_LIMIT, unreachableLimit),
            number(.CONNECTION_MEMORY_LIMIT, ConnectionMemory.size),
            number(.CONNECTION_TIMEOUT, context.silenceLimit),
            number(.SIGPIPE_HANDLED_BY_APP, 1),
            callback(.NOTIFY_CONNECTION, onConnection as MHD_NotifyConnectionCallback),
            callback(.NOTIFY_COMPLETED, onCompleted as MHD_RequestCompletedCallback),
            callback(.URI_LOG_CALLBACK, onRequestLine),
            callback(.UNESCAPE_CALLBACK, keepEscapes),
        ] + pool + strict + [number(.END, 0)]
    }
}
