import AWSCredentials
import Formats
import Synchronization

/// Yields set 1, 2, 3 and so on, each fetch after a gate, and counts the fetches and how many ran at once.
final class CountingProvider: CredentialsProvider {
    struct Counts: Equatable {
        var fetches = 0
        var running = 0
        var mostAtOnce = 0
    }

    let name = "counting"
    private let counts = Mutex(Counts())
    private let lifetime: Int64?
    private let gate: @Sendable (Int) async throws(CredentialsError) -> Void

    /// Sets expire `lifetime` seconds after the fetch. Each fetch waits for `gate`, which is called with its number.
    init(lifetime: Int64? = nil, gate: @escaping @Sendable (Int) async throws(CredentialsError) -> Void = { _ in }) {
        self.lifetime = lifetime
        self.gate = gate
    }

    var seen: Counts { counts.withLock { $0 } }

    func credentials(at now: Timestamp) async throws(CredentialsError) -> ProviderResult {
        let number = counts.withLock { counts in
            counts.fetches += 1
            counts.running += 1
            counts.mostAtOnce = max(counts.mostAtOnce, counts.running)
            return counts.fetches
        }
        defer { counts.withLock { $0.running -= 1 } }
        try await gate(number)
        return .found(.number(number, until: lifetime.map { now + $0 }), from: .stable)
    }
}
