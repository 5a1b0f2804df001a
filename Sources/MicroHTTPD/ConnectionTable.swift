import CMicroHTTPD
import Glibc
import Synchronization

/// All open connections, for the reaper and the drain.
final class ConnectionTable: Sendable {
    private struct State {
        var connections: [ObjectIdentifier: Connection] = [:]
        /// The phases of those that had finished sending when ``ConnectionTable/reapFinished()`` last looked.
        var finished: [ObjectIdentifier: Int] = [:]
    }

    private let state = Mutex(State())

    func insert(_ connection: Connection) {
        state.withLock { $0.connections[ObjectIdentifier(connection)] = connection }
    }

    /// Called before the library closes the socket, so ``reap(at:)`` never meets a descriptor that is somebody else's.
    func remove(_ connection: Connection) {
        state.withLock { $0.connections[ObjectIdentifier(connection)] = nil }
    }

    var count: Int { state.withLock(\.connections.count) }
    var answering: Int { state.withLock { $0.connections.values.count { $0.phase.isAnswering } } }

    /// Ends the connections whose header section (or idle time) has taken too long. libmicrohttpd has only a limit for
    /// silence, so a client that sends one byte a second would hold its connection for ever. shutdown(2), not close(2):
    /// the library then reads an end of file and cleans up by itself.
    func reap(at tick: Int) {
        state.withLock { state in
            for connection in state.connections.values where connection.phase.isOverdue(at: tick) {
                shutdown(connection.socket, Int32(SHUT_RDWR))
            }
        }
    }

    /// Ends idle connections whose client has finished sending. When that end came in one piece with a request, the
    /// library's edge-triggered epoll never hears of it, and the connection would keep its place until the idle limit.
    ///
    /// A request that has come and was not read yet must not lose its answer: so nothing may be left to read, and the
    /// connection must have been seen like this, with nothing in between, the last time too.
    func reapFinished() {
        state.withLock { state in
            var seen: [ObjectIdentifier: Int] = [:]
            for (id, connection) in state.connections where connection.phase.isResting && connection.hasFinishedSending
            {
                seen[id] = connection.phase.value
                if state.finished[id] == seen[id] { shutdown(connection.socket, Int32(SHUT_RDWR)) }
            }
            state.finished = seen
        }
    }
}

extension Connection {
    fileprivate var hasFinishedSending: Bool {
        var entry = pollfd(fd: socket, events: Int16(shim_peer_has_finished), revents: 0)
        var unread: Int32 = 0
        guard unsafe poll(&entry, 1, 0) > 0 else { return false }
        return unsafe ioctl(socket, UInt(FIONREAD), &unread) == 0 && unread == 0
    }
}
