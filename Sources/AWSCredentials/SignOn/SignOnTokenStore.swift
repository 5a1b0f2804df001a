import SigV4
import Synchronization

/// The sign-ins that were prolonged here, by file. They live as long as the process: nothing is written to disk. Safe
/// to use from any thread.
final class SignOnTokenStore: Sendable {
    private let states = Mutex<[String: SignOnTokenState]>([:])

    func step(with filed: SignOnToken, from file: String, at now: Timestamp) -> SignOnTokenState.Step {
        states.withLock { $0[file, default: SignOnTokenState()].step(with: filed, at: now) }
    }

    func keep(_ token: SignOnToken, for file: String) {
        states.withLock { $0[file, default: SignOnTokenState()].keep(token) }
    }
}
