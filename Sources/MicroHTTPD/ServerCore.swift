import HTTPExchange
import Synchronization

/// What every callback of one server needs.
final class ServerCore: Sendable {
    let options: ServerOptions
    let handler: any Handler
    let clock = CoarseClock()
    let idleTicks: Int
    let requestTicks: Int
    /// The library's own limit for silence, in whole seconds. Later than ours, which says why and is counted.
    let silenceLimit: Int
    let alarm = WakeUp()
    let timers: Timers
    let tally = ServerTally()
    let shares: AddressShares
    let table: ConnectionTable
    let complaints: Complaints
    private let draining = Atomic(false)

    init(options: ServerOptions, handler: any Handler) {
        self.options = options
        self.handler = handler
        idleTicks = CoarseClock.ticks(in: options.idleTimeout)
        requestTicks = CoarseClock.ticks(in: options.requestTimeout)
        silenceLimit = Int(options.idleTimeout.components.seconds) + 3
        timers = Timers(alarm: alarm)
        shares = AddressShares(limit: options.perAddress, exempt: options.proxies)
        table = ConnectionTable(tally: tally, requestTicks: requestTicks)
        complaints = Complaints(tally: tally, log: options.log)
    }

    /// Whether every answer from here on ends its connection.
    var isDraining: Bool { draining.load(ordering: .relaxed) }

    func startDraining() { draining.store(true, ordering: .relaxed) }

    /// A connection begins.
    func insert(_ connection: Connection) {
        tally.accept()
        shares.add(connection.peer)
        table.insert(connection)
    }

    /// It ends; its socket is still open.
    func remove(_ connection: Connection) {
        table.remove(connection)
        shares.remove(connection.peer)
        tally.close()
    }

    /// Whether the peer may open one more connection.
    func admits(_ peer: PeerAddress) -> Bool {
        let isAdmitted = shares.admits(peer)
        if !isAdmitted { tally.refuse() }
        return isAdmitted
    }
}
