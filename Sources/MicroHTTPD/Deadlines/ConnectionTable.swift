import HTTPExchange
import Synchronization

/// All open connections, for the reaper and the drain. In shards, so that a pass over ten thousand connections does not
/// delay the threads that insert and remove.
final class ConnectionTable: Sendable {
    /// One shard is reaped at each tick, so each connection is judged every half second.
    private static let shardCount = 5

    private let shards: InlineArray<5, Mutex<Shard>> = InlineArray { _ in Mutex(Shard()) }
    private let counters: ServerCounters
    private let limits: ConnectionLimits
    private let turns = Atomic(0)
    private let shortage: Mutex<Shortage>

    init(counters: ServerCounters, limits: ConnectionLimits) {
        self.counters = counters
        self.limits = limits
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
        sum { $0.count { $0.phase.isBusy || $0.phase.isNew(at: tick, limits.requestTicks) || $0.hasUnreadRequest } }
    }

    /// Requests whose reply was handed to the library and is not sent yet.
    var sendingCount: Int { sum { $0.count { $0.phase.value.isSending } } }

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

    /// Ends the connections of the next shard whose time is up, and the waits and streams of clients that have left, and wakes
    /// the streams that have been silent. libmicrohttpd limits silence only: without this a client that sends one byte a second
    /// would hold its connection for ever. Call it at every tick.
    ///
    /// - Parameter isFull: whether a new connection waits for one that ends.
    func reap(at tick: Int, isFull: Bool) {
        let turn = turns.add(1, ordering: .relaxed).oldValue
        let isShort = shortage.withLock { $0.isOn(at: turn, count: counters.counts.shortages) }
        let found = shards[turn % Self.shardCount].withLock { shard in
            if isShort || isFull { shard.shed(limits, counters) }
            return shard.reap(at: tick, limits, counters)
        }
        SuspendedRequest.expire(found.left, because: .clientLeft)
        for stream in found.aborted { stream.abort() }
        // One after the other at once: each resume makes the library look at all its suspended connections.
        for stream in found.silent { stream.wakeAfterSilence() }
    }

    /// Ends every stream after the piece that is being sent. Those that begin later have to see by themselves that the server
    /// stops. From then on a client has as long to take the rest as it has for any reply.
    func completeStreams(at tick: Int) {
        for index in 0..<Self.shardCount {
            let streams = shards[index].withLock { $0.completeStreams(until: tick + limits.idleTicks + 1) }
            for stream in streams { stream.complete() }
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
