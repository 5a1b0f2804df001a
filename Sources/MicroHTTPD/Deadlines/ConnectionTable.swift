import CMicroHTTPD  // The Glibc module leaves socket headers to whichever module includes them first.
import Glibc
import Synchronization

/// All open connections, for the reaper and the drain. In shards, so that a pass over ten thousand connections does not
/// delay the threads that insert and remove.
final class ConnectionTable: Sendable {
    /// One shard is reaped at each tick, so each connection is judged every half second.
    private static let shardCount = 5

    private let shards: InlineArray<5, Mutex<Shard>> = InlineArray { _ in Mutex(Shard()) }
    private let counters: ServerCounters
    private let requestTicks: Int
    private let turns = Atomic(0)
    private let shortage: Mutex<Shortage>

    init(counters: ServerCounters, requestTicks: Int) {
        self.counters = counters
        self.requestTicks = requestTicks
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

    /// Requests under way.
    var busyCount: Int { (0..<Self.shardCount).reduce(0) { sum, index in sum + shards[index].withLock(\.busyCount) } }

    /// Ends the connections of the next shard whose time is up. libmicrohttpd limits silence only: without this a client
    /// that sends one byte a second would hold its connection for ever. Call it at every tick.
    func reap(at tick: Int) {
        let turn = turns.add(1, ordering: .relaxed).oldValue
        let isShort = shortage.withLock { $0.isOn(at: turn, count: counters.counts.shortages) }
        shards[turn % Self.shardCount].withLock {
            $0.reap(at: tick, requestTicks: requestTicks, sheddingIdle: isShort, counters)
        }
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
struct Shard {
    fileprivate struct Entry {
        let connection: Connection
        /// What the last pass saw of a connection that waited for its client: its phase, and what had come until then.
        var seen: (phase: ConnectionPhase.Value, progress: SocketProgress)?
    }

    private var entries: [ObjectIdentifier: Entry] = [:]

    mutating func insert(_ connection: Connection) {
        entries[ObjectIdentifier(connection)] = Entry(connection: connection)
    }

    mutating func remove(_ connection: Connection) { entries[ObjectIdentifier(connection)] = nil }

    var busyCount: Int { entries.values.count { $0.connection.phase.isBusy } }

    /// Ends the connections whose time is up, and compares those that wait for their client with what the last pass saw.
    /// While descriptors have run out it also ends those that have been idle since the last pass: new clients get their
    /// descriptors, and a worker of libmicrohttpd that found none takes no new connection until one of its own has ended.
    mutating func reap(at tick: Int, requestTicks: Int, sheddingIdle: Bool, _ counters: ServerCounters) {
        for index in entries.values.indices {
            if !entries.values[index].endsIfOverdue(at: tick, orIdle: sheddingIdle, counters) {
                entries.values[index].observe(at: tick, requestTicks)
            }
        }
    }
}

extension Shard.Entry {
    /// Whether its time was up. Counts before it ends the connection: a client that sees the end finds it counted.
    fileprivate func endsIfOverdue(at tick: Int, orIdle: Bool, _ counters: ServerCounters) -> Bool {
        let phase = connection.phase.value
        let isIdle = orIdle && phase.stage == .idle && seen?.phase == phase
        guard phase.isOverdue(at: tick) || isIdle, connection.phase.replace(phase, with: .ended) else { return false }
        counters.recordTimeout(in: phase.stage)
        connection.end()
        return true
    }

    /// Notices two things that libmicrohttpd does not report. It reads the first bytes of a request at once and calls back
    /// only when the line is complete: the request's deadline begins at the pass that finds more bytes. And its epoll set
    /// is edge-triggered, so it misses a client's end that came together with the bytes that it read last: such a
    /// connection would stay open until its time is up.
    ///
    /// A part of a request that came together with the request before it, and then nothing more, counts as idle.
    fileprivate mutating func observe(at tick: Int, _ requestTicks: Int) {
        let phase = connection.phase.value
        guard phase.waitsForClient, let progress = SocketProgress(of: connection.socket) else { return seen = nil }
        defer { seen = (phase, progress) }
        guard let seen, seen.phase == phase else { return }
        if progress.bytesReceived != seen.progress.bytesReceived {
            if phase.stage == .idle {
                _ = connection.phase.replace(phase, with: .reading, until: tick + requestTicks + 1)
            }
        } else if progress.hasFinished, !SocketProgress.hasUnread(connection.socket),
            connection.phase.replace(phase, with: .ended)
        {
            connection.end()
        }
    }
}

extension Connection {
    /// shutdown(2), not close(2): the library then reads an end of file and cleans up by itself.
    fileprivate func end() { shutdown(socket, Int32(SHUT_RDWR)) }
}
