import HTTPExchange
import HTTPTypes
import RateLimiting

/// Who asks, and whether they may.
extension JobGateway {
    /// The peer, or whoever a trusted proxy says it asks for.
    func client(of request: borrowing Request) -> PeerAddress {
        let peer = request.peer
        guard options.clients.trusts(peer) else {
            journal.noteForwarding { request[.xForwardedFor] != nil }
            return peer
        }
        return request[.xForwardedFor].map { options.clients.client(behind: peer, forwardedFor: $0) } ?? peer
    }

    /// Notes what the client's limit says, and refuses if it is enforced.
    func apply(_ decision: Decision, to visit: inout Visit) throws(Problem) {
        visit.quota = decision
        guard !decision.admitted else { return }
        guard options.clientLimitIsShadow else { throw .quotaExceeded(retryAfter: decision.reset) }
        visit.isOverQuota = true
    }
}

extension HTTPField.Name {
    fileprivate static let xForwardedFor = HTTPField.Name("X-Forwarded-For")!
}
