import SigV4
import Synchronization

/// The newest token of the instance metadata service, and of which endpoint it is: no other one may see it. Safe to use
/// from any thread.
final class InstanceMetadataTokenStore: Sendable {
    private let kept = Mutex<(endpoint: String, token: InstanceMetadataToken)?>(nil)

    func token(for endpoint: String, at now: Timestamp) -> InstanceMetadataToken? {
        guard let kept = kept.withLock({ $0 }), kept.endpoint == endpoint, kept.token.isUsable(at: now)
        else { return nil }
        return kept.token
    }

    func keep(_ token: InstanceMetadataToken, for endpoint: String) {
        kept.withLock { $0 = (endpoint, token) }
    }
}
