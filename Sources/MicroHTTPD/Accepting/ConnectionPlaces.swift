import HTTPExchange
import Synchronization

/// Which connections may be open: so many in all, and so many of one address (an IPv4 address, or the /64 of an IPv6
/// address). Both numbers are exact, because one thread takes the places: the ``Acceptor``'s.
///
/// A place is taken before the connection is handed to the library and given back when the library closes it. Any thread
/// may give back. The connections over which the server asks its own threads (``PeerAddress/server``) need no places.
final class ConnectionPlaces: Sendable {
    private struct State {
        /// Peers without the limit of an address.
        var exempt: [AddressRange]
        var taken = 0
        var ofAddress: [UInt64: Int] = [:]
        /// Connections that the library has not begun to serve, by their descriptors.
        var unbegun: [Int32: PeerAddress] = [:]
        var isWaitedFor = false
    }

    let limit: Int
    /// Connections of one address at most. 0 is no limit.
    let addressLimit: Int
    private let onFree: @Sendable () -> Void
    private let state: Mutex<State>

    /// - Parameters:
    ///   - exempt: peers without the limit of an address.
    ///   - onFree: called when a place becomes free that ``waitForPlace()`` asked for. Must not block.
    init(limit: Int, addressLimit: Int, exempt: [AddressRange], onFree: @escaping @Sendable () -> Void) {
        self.limit = limit
        self.addressLimit = addressLimit
        state = Mutex(State(exempt: exempt))
        self.onFree = onFree
    }

    /// Exempts other peers from the limit of an address, for connections that come from now on.
    func change(exempt: [AddressRange]) { state.withLock { $0.exempt = exempt } }

    /// Connections that have a place.
    var takenCount: Int { state.withLock(\.taken) }

    /// Whether there is no place left.
    var areTaken: Bool { takenCount >= limit }

    /// Whether a connection waits for a place, because all are taken.
    var isWaitedFor: Bool { state.withLock(\.isWaitedFor) }

    /// Connections that were accepted and that the library has not begun to serve.
    var unbegunCount: Int { state.withLock(\.unbegun.count) }

    /// Whether there is a place. If not, `onFree` is called when there is one.
    func waitForPlace() -> Bool {
        state.withLock { state in
            state.isWaitedFor = state.taken >= limit
            return !state.isWaitedFor
        }
    }

    /// Takes a place for an accepted connection. False if its address has as many as it may have.
    ///
    /// The library does not report a connection that it fails to begin for want of memory. It has closed such a connection
    /// when the system gives its descriptor to another one: then the place of the first one is given back.
    func take(_ socket: Int32, of peer: PeerAddress) -> Bool {
        state.withLock { state in
            if let lost = state.unbegun[socket] { release(lost, in: &state) }
            guard peer != .server else {
                state.unbegun[socket] = peer
                return true
            }
            if addressLimit > 0 {
                let count = state.ofAddress[peer.subscriber, default: 0]
                guard count < addressLimit || state.exempt.contains(where: { $0.contains(peer) }) else {
                    state.unbegun[socket] = nil
                    return false
                }
                state.ofAddress[peer.subscriber] = count + 1
            }
            state.taken += 1
            state.unbegun[socket] = peer
            return true
        }
    }

    /// The library begins to serve the connection. Returns its peer; nil if no place was taken for it.
    func begin(_ socket: Int32) -> PeerAddress? {
        state.withLock { $0.unbegun.removeValue(forKey: socket) }
    }

    /// Gives back the place of a connection that the library refused to begin.
    func giveBack(unbegun socket: Int32) {
        guard let peer = begin(socket) else { return }
        giveBack(of: peer)
    }

    /// Gives back the place of a connection that has ended.
    func giveBack(of peer: PeerAddress) {
        let isFree = state.withLock { state in
            release(peer, in: &state)
            defer { if state.taken < limit { state.isWaitedFor = false } }
            return state.isWaitedFor && state.taken < limit
        }
        if isFree { onFree() }
    }

    private func release(_ peer: PeerAddress, in state: inout State) {
        guard peer != .server else { return }
        state.taken -= 1
        guard let count = state.ofAddress[peer.subscriber] else { return }
        state.ofAddress[peer.subscriber] = count > 1 ? count - 1 : nil
    }
}
