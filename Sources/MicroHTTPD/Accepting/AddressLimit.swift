import HTTPExchange
import Synchronization

/// Limits the open connections of each address: an IPv4 address, or the /64 of an IPv6 address.
final class AddressLimit: Sendable {
    /// Connections of one address at most. 0 is no limit, and then nothing is counted.
    private let limit: Int
    private let exempt: [AddressRange]
    private let counts = Mutex<[UInt64: Int]>([:])

    init(limit: Int, exempt: [AddressRange]) {
        self.limit = limit
        self.exempt = exempt
    }

    /// Whether one more may be opened. Threads that ask at the same moment may each admit one before it is counted.
    func admits(_ peer: PeerAddress) -> Bool {
        guard isLimited(peer) else { return true }
        return counts.withLock { $0[peer.subscriber, default: 0] } < limit
    }

    func add(_ peer: PeerAddress) {
        guard isLimited(peer) else { return }
        counts.withLock { $0[peer.subscriber, default: 0] += 1 }
    }

    func remove(_ peer: PeerAddress) {
        guard isLimited(peer) else { return }
        counts.withLock { counts in
            guard let count = counts[peer.subscriber] else { return }
            counts[peer.subscriber] = count > 1 ? count - 1 : nil
        }
    }

    private func isLimited(_ peer: PeerAddress) -> Bool { limit > 0 && !exempt.contains { $0.contains(peer) } }
}
