import Glibc
import Synchronization

/// All open connections, for the reaper and the drain. In shards, so that a look at ten thousand of them keeps nobody
/// waiting who comes or goes.
final class ConnectionTable: Sendable {
    /// One is reaped at each tick, so each connection is judged every half second.
    private static let shardCount = 5

    private let shards: InlineArray<5, Mutex<Shard>> = InlineArray { _ in Mutex(Shard()) }
    private let tally: ServerTally
    private let requestTicks: Int
    private let turns = Atomic(0)
    private let shortage: Mutex<Shortage>

    init(tally: ServerTally, requestTicks: Int) {
        self.tally = tally
        self.requestTicks = requestTicks
        shortage = Mutex(Shortage(count: tally.counts.shortages))
    }

    func insert(_ connection: Connection) {
        shards[index(of: connection)].withLock { $0.insert(connection) }
    }

    /// Called before the library closes the socket, so the reaper never meets a descriptor that is somebody else's.
    func remove(_ connection: Connection) {
        shards[index(of: connection)].withLock { $0.remove(connection) }
    }

    /// Requests under way.
    var answering: Int { (0..<Self.shardCount).reduce(0) { sum, index in sum + shards[index].withLock(\.answering) } }

    /// Ends those of the next shard's connections whose time is up. libmicrohttpd has only a limit for silence, so a client
    /// that sends one byte a second would hold its connection for ever. Call it at every tick.
    func reap(at tick: Int) {
        let turn = turns.add(1, ordering: .relaxed).oldValue
        let isShort = shortage.withLock { $0.isOn(at: turn, count: tally.counts.shortages) }
        shards[turn % Self.shardCount].withLock {
            $0.reap(at: tick, requestTicks: requestTicks, sheddingIdle: isShort, tally)
        }
    }

    /// Whether descriptors have run out a moment ago: for two looks at every shard.
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
