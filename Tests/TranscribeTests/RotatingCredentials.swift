import SigV4
import Synchronization

@testable import Transcribe

/// A source whose refresh returns the next set. After the last one it returns that again, or fails.
final class RotatingCredentials: CredentialsSource {
    private let state: Mutex<(sets: [Result<Credentials, CredentialsUnavailable>], refreshes: Int)>

    init(_ sets: [Result<Credentials, CredentialsUnavailable>]) {
        state = Mutex((sets, 0))
    }

    /// The number of forced refreshes.
    var refreshes: Int { state.withLock(\.refreshes) }

    func current(by deadline: ContinuousClock.Instant) async throws(CredentialsUnavailable) -> Credentials {
        try state.withLock { $0.sets[0] }.get()
    }

    func replacement(for rejected: Credentials, by deadline: ContinuousClock.Instant)
        async throws(CredentialsUnavailable) -> Credentials
    {
        let next = state.withLock { state in
            state.refreshes += 1
            if state.sets.count > 1 { state.sets.removeFirst() }
            return state.sets[0]
        }
        return try next.get()
    }

    static let old = Credentials(accessKeyID: "AKIDOLD", secretAccessKey: "secret-old", sessionToken: "token-old")
    static let new = Credentials(accessKeyID: "AKIDNEW", secretAccessKey: "secret-new", sessionToken: "token-new")
    static let gone = CredentialsUnavailable(reason: "the profile is gone")
}
