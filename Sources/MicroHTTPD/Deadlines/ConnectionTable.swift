import CMicroHTTPD  // The Glibc module leaves socket headers to whichever module includes them first.
import Glibc
import HTTPExchange
import Synchronization

/// All open connections, for the reaper and the drain. In shards, so that a pass over ten thousand connections does not
/// delay the threads that insert and remove.
final class ConnectionTable: Sendable {
    /// One shard is reaped at each tick, so each connection is judged every half second.
    private static let shardCount = 5

    private let shards: InlineArray<5, Mutex<Shard>> = InlineArray { _ in Mutex(Shard()) }
    private let counters: ServerCounters
    private let idleTicks: Int
    private let requestTicks: Int
    /// Idle connections that a tick ends at most while new ones wait.
    private let shedding: Int
    private let turns = Atomic(0)
    private let shortage: Mutex<Shortage>

    /// - Parameter limit: connections that may be open at a time.
    init(counters: ServerCounters, idleTicks: Int, requestTicks: Int, limit: Int) {
        self.counters = counters
        self.idleTicks = idleTicks
        self.requestTicks = requestTicks
        shedding = 16 + limit / 100
        shortage = Mutex(Shortage(count: counters.counts.shortages))
    }

    func insert(_ connection: Connection) {
        shards[index(of: connection)].withLock { $0.insert(connection) }
    }

    /// Call it before the library closes the socket: the reaper must not end another connection that got the same
    /// descriptor.
    func remove(_ connection: Connection) {
        shards[index(of: connection)].withLock { $0.remove(connection) }
    }

    /// Requests under way or not read yet, and new connections whose first request has not come.
    func busyCount(at tick: Int) -> Int {
        sum { $0.count { $0.phase.isBusy || $0.phase.isNew(at: tick, requestTicks) || $0.hasUnreadRequest } }
    }

    /// Requests whose reply was handed to the library and is not sent yet.
    var sendingCount: Int { sum { $0.count { $0.phase.value.stage == .sending } } }

    /// The names of some requests that wait for their replies.
    var waitingNames: [String] {
        let requests = (0..<Self.shardCount).flatMap { index in
            shards[index].withLock { $0.waiting(upTo: StopWait.names) }
        }
        return requests.prefix(StopWait.names).map { $0.name() }
    }

    private func sum(_ count: (borrowing Shard) -> Int) -> Int {
        (0..<Self.shardCount).reduce(0) { sum, index in sum + shards[index].withLock { count($0) } }
    }

    /// Ends the connections of the next shard whose time is up, and the waits of clients that have left. libmicrohttpd limits
    /// silence only: without this a client that sends one byte a second would hold its connection for ever. Call it at every
    /// tick.
    ///
    /// - Parameter isFull: whether a new connection waits for one that ends.
    func reap(at tick: Int, isFull: Bool) {
        let turn = turns.add(1, ordering: .relaxed).oldValue
        let isShort = shortage.withLock { $0.isOn(at: turn, count: counters.counts.shortages) }
        let left = shards[turn % Self.shardCount].withLock { shard in
            if isShort || isFull { shard.shed(shedding, idleTicks: idleTicks, requestTicks: requestTicks, counters) }
            return shard.reap(at: tick, requestTicks: requestTicks, counters)
        }
        for request in left { request.expire(because: .clientLeft) }
    }

    /// Whether descriptors have run out a moment ago: during two passes over every shard.
    private struct Shortage {
        var count: Int
        var end = 0

        mutating func isOn(at turn: Int, count: Int) -> Bool {
            if count != self.count { (self.count, end) = (count, turn + 2 * shardCount) }
            return turn < end
        }
    }

    private func index(of connection: Connection) -> Int { Int(connection.socket) % Self.shardCount }
}

/// A part of the ``ConnectionTable``. Not safe for concurrent access.
struct Shard: ~Copyable {
    fileprivate struct Entry {
        let connection: Connection
        /// What the last pass saw of a connection that waited, for its client or for a reply: its phase, and what had come
        /// until then.
        var seen: (phase: ConnectionPhase.Value, progress: SocketProgress)?
        /// Passes since the client finished sending while its request waits.
        var passesSinceEnd = 0
    }

    /// Each connection knows its place here, so that it is removed without a search.
    private var entries: [Entry] = []

    mutating func insert(_ connection: Connection) {
        connection.place = entries.count
        entries.append(Entry(connection: connection))
    }

    mutating func remove(_ connection: Connection) {
        let last = entries.removeLast()
        guard last.connection !== connection else { return }
        last.connection.place = connection.place
        entries[connection.place] = last
    }

    func count(_ isCounted: (Connection) -> Bool) -> Int { entries.count { isCounted($0.connection) } }

    func waiting(upTo count: Int) -> [SuspendedRequest] {
        Array(entries.lazy.compactMap(\.connection.suspendedRequest).prefix(count))
    }

    /// Ends the connections whose time is up, and compares those that wait with what the last pass saw. Returns the requests
    /// whose client has left.
    mutating func reap(at tick: Int, requestTicks: Int, _ counters: ServerCounters) -> [SuspendedRequest] {
        var left: [SuspendedRequest] = []
        for index in entries.indices where !entries[index].endsIfOverdue(at: tick, counters) {
            if let request = entries[index].observe(at: tick, requestTicks) { left.append(request) }
        }
        return left
    }

    /// Ends so many connections at most that have been idle since the last pass, those first that have been idle longest: new
    /// clients get their places and descriptors.
    func shed(_ count: Int, idleTicks: Int, requestTicks: Int, _ counters: ServerCounters) {
        func start(of phase: ConnectionPhase.Value) -> Int {
            phase.deadline - (phase.stage == .idle ? idleTicks : requestTicks)
        }
        let idle = entries.compactMap { entry in entry.idlePhase.map { (entry, phase: $0) } }
        let longestFirst = idle.sorted { start(of: $0.phase) < start(of: $1.phase) }
        // A request may have come while they were sorted.
        for (entry, phase) in longestFirst.prefix(count) where entry.idlePhase == phase {
            entry.end(in: phase, countingAs: .idle, counters)
        }
    }
}

extension Shard.Entry {
    /// Passes that a client may go on reading after it has finished sending, while its request waits: a program may send a
    /// request and close its own direction, but a client that closes its connection looks the same until a reset answers
    /// the reply.
    private static let patience = 2

    /// The phase, if the client has sent nothing since its last request, or nothing at all, from the last pass until now. What
    /// it has sent may still be in the socket: the library's threads can be late.
    fileprivate var idlePhase: ConnectionPhase.Value? {
        let phase = connection.phase.value
        guard let seen, seen.phase == phase, !connection.hasUnreadRequest,
            let received = SocketProgress(of: connection.socket)?.bytesReceived,
            received == (phase.stage == .idle ? seen.progress.bytesReceived : 0)
        else { return nil }
        return phase
    }

    /// Whether its time was up.
    fileprivate func endsIfOverdue(at tick: Int, _ counters: ServerCounters) -> Bool {
        let phase = connection.phase.value
        guard phase.isOverdue(at: tick), phase.stage != .idle || !connection.hasUnreadRequest else { return false }
        return end(in: phase, countingAs: phase.stage, counters)
    }

    /// Ends the connection unless its phase has changed. Counts before that: a client that sees the end finds it counted.
    @discardableResult
    fileprivate func end(
        in phase: ConnectionPhase.Value, countingAs stage: ConnectionPhase.Stage, _ counters: ServerCounters
    ) -> Bool {
        guard connection.phase.replace(phase, with: .ended) else { return false }
        counters.recordTimeout(in: stage)
        connection.end()
        return true
    }

    /// Notices what libmicrohttpd does not report. Returns the request of a client that has left.
    fileprivate mutating func observe(at tick: Int, _ requestTicks: Int) -> SuspendedRequest? {
        let phase = connection.phase.value
        if phase.stage == .handling { return suspendedRequestOfLeftClient() }
        passesSinceEnd = 0
        guard phase.waitsForClient, let progress = SocketProgress(of: connection.socket) else {
            seen = nil
            return nil
        }
        if let seen, seen.phase == phase {
            noticeChange(from: seen.progress, to: progress, in: phase, at: tick, requestTicks)
        }
        seen = (phase, progress)
        return nil
    }

    /// The library reads the first bytes of a request at once and calls back only when the line is complete: the request's
    /// deadline begins at the pass that finds more bytes. And its epoll set is edge-triggered, so it misses a client's end
    /// that came together with the bytes that it read last: such a connection would stay open until its time is up.
    ///
    /// A part of a request that came together with the request before it, and then nothing more, counts as idle.
    private func noticeChange(
        from old: SocketProgress, to new: SocketProgress, in phase: ConnectionPhase.Value, at tick: Int,
        _ requestTicks: Int
    ) {
        if new.bytesReceived != old.bytesReceived {
            if phase.stage == .idle {
                _ = connection.phase.replace(phase, with: .reading, until: tick + requestTicks + 1)
            }
        } else if new.hasFinished, !SocketProgress.hasUnread(connection.socket),
            connection.phase.replace(phase, with: .ended)
        {
            connection.end()
        }
    }

    /// The library does not watch a suspended connection (microhttpd.h, `MHD_suspend_connection`).
    private mutating func suspendedRequestOfLeftClient() -> SuspendedRequest? {
        seen = nil
        guard let request = connection.suspendedRequest, let progress = SocketProgress(of: connection.socket) else {
            passesSinceEnd = 0
            return nil
        }
        passesSinceEnd = progress.hasFinished ? passesSinceEnd + 1 : 0
        return progress.hasBroken || passesSinceEnd > Self.patience ? request : nil
    }
}

extension Connection {
    /// Whether something has come from the client that the library has not read, while it waits for a request.
    fileprivate var hasUnreadRequest: Bool { phase.value.waitsForClient && SocketProgress.hasUnread(socket) }

    /// shutdown(2), not close(2): the library then reads an end of file and cleans up by itself.
    fileprivate func end() { shutdown(socket, Int32(SHUT_RDWR)) }
}
