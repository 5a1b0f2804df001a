import CMicroHTTPD
import Glibc
import HTTPExchange

/// The `struct MHD_Daemon` with its options and callbacks.
///
/// `@unchecked Sendable` because: the pointer is a constant, and the functions of the daemon that are called here are
/// called in order by one thread: the one that starts it and, later, the server's own.
@safe final class Daemon: @unchecked Sendable {
    private let handle: OpaquePointer
    private let context: Unmanaged<ServerContext>

    init(listening socket: ListeningSocket, context: ServerContext) throws(ServerError) {
        // Retained for the callbacks' context pointer; released in stop(), when the library's threads are gone.
        let retained = unsafe Unmanaged.passRetained(context)
        signal(SIGPIPE, SIG_IGN)
        let flags =
            MHD_USE_EPOLL_INTERNAL_THREAD.rawValue | MHD_ALLOW_SUSPEND_RESUME.rawValue | MHD_USE_ERROR_LOG.rawValue
        var items = unsafe Self.items(socket, context, retained.toOpaque())
        guard let handle = unsafe shim_start_daemon(flags, onAccept, onAccess, retained.toOpaque(), &items) else {
            unsafe retained.release()
            throw .libraryRefused
        }
        unsafe self.handle = unsafe handle
        unsafe self.context = unsafe retained
    }

    /// Takes no more connections. Connections that the kernel has accepted already may hold a request, so they are handed
    /// to the library first. Then the listening socket is shut down: after MHD_quiesce_daemon alone the kernel would still
    /// complete handshakes, and no thread would answer those clients.
    func quiesce() {
        let listening = unsafe MHD_quiesce_daemon(handle)
        guard listening >= 0 else { return }
        addConnections(waitingAt: listening)
        shutdown(listening, Int32(SHUT_RDWR))
        close(listening)
    }

    private func addConnections(waitingAt listening: Int32) {
        var address = sockaddr_storage()
        unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
                while case let socket = unsafe accept(listening, address, &length), socket >= 0 {
                    _ = unsafe MHD_add_connection(handle, socket, address, length)
                    length = socklen_t(MemoryLayout<sockaddr_storage>.size)
                }
            }
        }
    }

    /// Ends the library's threads and connections. No connection may be suspended: the library would abort the process.
    /// Do not call it on one of the library's threads.
    func stop() {
        unsafe MHD_stop_daemon(handle)
        unsafe context.release()
    }

    private static func items(
        _ socket: ListeningSocket, _ context: ServerContext, _ pointer: UnsafeMutableRawPointer
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
        let pool = unsafe options.threads > 1 ? [number(.THREAD_POOL_SIZE, options.threads)] : []
        return unsafe [
            // The logger first: the library uses it for the options after it.
            callback(.EXTERNAL_LOGGER, onLogMessage as MHD_LogCallback),
            number(.LISTEN_SOCKET, Int(socket.descriptor)),
            number(.CONNECTION_LIMIT, options.connections),
            // Half of the library's default: it bounds the header section, 10,000 connections take half the memory, and
            // zeroing it is a part of every request.
            number(.CONNECTION_MEMORY_LIMIT, 16 << 10),
            number(.CONNECTION_TIMEOUT, context.silenceLimit),
            number(.SIGPIPE_HANDLED_BY_APP, 1),
            callback(.NOTIFY_CONNECTION, onConnection as MHD_NotifyConnectionCallback),
            callback(.NOTIFY_COMPLETED, onCompleted as MHD_RequestCompletedCallback),
            callback(.URI_LOG_CALLBACK, onRequestLine),
            callback(.UNESCAPE_CALLBACK, keepEscapes),
        ] + pool + [number(.END, 0)]
    }
}
