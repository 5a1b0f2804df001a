import CMicroHTTPD
import Glibc
import Synchronization

/// All open connections, for the reaper and the drain.
final class ConnectionTable: Sendable {
    private let connections = Mutex<[ObjectIdentifier: Connection]>([:])

    func insert(_ connection: Connection) {
        connections.withLock { $0[ObjectIdentifier(connection)] = connection }
    }

    /// Called before the library closes the socket, so ``reap(at:)`` never meets a descriptor that is somebody else's.
    func remove(_ connection: Connection) {
        connections.withLock { $0[ObjectIdentifier(connection)] = nil }
    }

    var count: Int { connections.withLock(\.count) }
    var answering: Int { connections.withLock { $0.values.count { $0.phase.isAnswering } } }

    /// Ends the connections whose header section (or idle time) has taken too long. libmicrohttpd has only a limit for
    /// silence, so a client that sends one byte a second would hold its connection for ever. shutdown(2), not close(2):
    /// the library then reads an end of file and cleans up by itself.
    func reap(at tick: Int) {
        connections.withLock { connections in
            for connection in connections.values where connection.phase.isOverdue(at: tick) {
                shutdown(connection.socket, Int32(SHUT_RDWR))
            }
        }
    }

    /// Ends idle connections whose client has finished sending. When that end came in one piece with a request, the
    /// library's edge-triggered epoll never hears of it, and the connection would keep its place until the idle limit.
    func reapFinished() {
        connections.withLock { connections in
            var polls: [pollfd] = []
            for connection in connections.values where connection.phase.isResting {
                polls.append(pollfd(fd: connection.socket, events: Int16(shim_peer_has_finished), revents: 0))
            }
            guard !polls.isEmpty, unsafe poll(&polls, nfds_t(polls.count), 0) > 0 else { return }
            for entry in polls where entry.revents != 0 { shutdown(entry.fd, Int32(SHUT_RDWR)) }
        }
    }
}
