import CMicroHTTPD  // The Glibc module leaves socket headers to whichever module includes them first.
import Glibc
import HTTPExchange
import Synchronization

/// Whether the library's threads still turn: each is sent a request over a connection that this process has both ends of, and a
/// thread that answers none hangs.
final class ThreadSigns: Sendable {
    /// How long a thread may take. A machine that has stalled for a moment is no reason to end the process.
    static let patience = Duration.seconds(3)

    private struct Question {
        let descriptor: Int32
        let start: ContinuousClock.Instant
    }

    private let request: [UInt8]
    private let threads: Int
    private let places: ConnectionPlaces
    /// Those without an answer, by thread.
    private let open = Mutex<[Int: Question]>([:])
    private let isWanted = Atomic(false)

    /// - Parameter target: what is asked for. The handler answers it at once.
    init(target: String, threads: Int, places: ConnectionPlaces) {
        request = Array("GET \(target) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".utf8)
        self.threads = threads
        self.places = places
    }

    deinit { open.withLock { for question in $0.values { close(question.descriptor) } } }

    /// Whether no thread has left its question open for too long. Has those asked again that have answered.
    func haveCome(at now: ContinuousClock.Instant) -> Bool {
        isWanted.store(true, ordering: .relaxed)
        return open.withLock { open in
            open = open.filter { !Self.isAnswered($0.value) }
            return open.values.allSatisfy { $0.start.duration(to: now) < Self.patience }
        }
    }

    /// Asks, if that is wanted. Call it on the server's own thread, while the library runs.
    func ask(_ daemon: Daemon, at now: ContinuousClock.Instant) {
        guard isWanted.exchange(false, ordering: .relaxed) else { return }
        let idle = open.withLock { open in (0..<threads).filter { open[$0] == nil } }
        // Not in the lock: where the library hangs, it hangs here too.
        for thread in idle {
            guard let descriptor = connection(to: thread, of: daemon) else { continue }
            open.withLock { $0[thread] = Question(descriptor: descriptor, start: now) }
        }
    }

    /// The bytes are of no interest; and where the thread has closed the connection it turns too.
    private static func isAnswered(_ question: Question) -> Bool {
        var byte: UInt8 = 0
        let count = unsafe recv(question.descriptor, &byte, 1, Int32(MSG_DONTWAIT))
        guard count >= 0 || errno != EAGAIN else { return false }
        close(question.descriptor)
        return true
    }

    /// Sends the request. Returns this end of the connection; nil if no descriptor is left, which says nothing of the thread.
    private func connection(to thread: Int, of daemon: Daemon) -> Int32? {
        var ends: [Int32] = [-1, -1]
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        guard unsafe socketpair(AF_UNIX, kind, 0, &ends) == 0 else { return nil }
        defer { close(ends[1]) }
        guard unsafe send(ends[0], request, request.count, Int32(MSG_NOSIGNAL)) == request.count,
            let socket = descriptor(of: thread, like: ends[1])
        else {
            close(ends[0])
            return nil
        }
        _ = places.take(socket, of: .server)
        if !daemon.add(socket, SocketAddress(path: "")) { places.giveBack(unbegun: socket) }
        return ends[0]
    }

    /// Another number for a descriptor: the library gives a connection to the thread of which this is the number, modulo the number
    /// of threads (daemon.c, `MHD_add_connection`).
    private func descriptor(of thread: Int, like original: Int32) -> Int32? {
        var wanted = Int32(thread)
        while true {
            let found = fcntl(original, F_DUPFD_CLOEXEC, wanted)
            guard found >= 0, Int(found) % threads != thread else { return found < 0 ? nil : found }
            close(found)
            wanted = found + Int32((thread - Int(found) % threads + threads) % threads)
        }
    }
}
