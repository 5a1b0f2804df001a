import Formats
import SigV4

/// The callers that wait for a fetch to finish. ``CredentialsRefresher`` guards the value with a lock, and resumes the
/// callers after it has released the lock.
struct RefreshWaiters: Sendable {
    typealias Outcome = Result<Credentials, CredentialsError>

    struct Waiter: Sendable {
        let request: RefreshState.Request
        let continuation: CheckedContinuation<Outcome, Never>
    }

    /// A caller that was taken out of the table, and what it gets.
    struct Resumption: Sendable {
        let continuation: CheckedContinuation<Outcome, Never>
        let outcome: Outcome

        func resume() { continuation.resume(returning: outcome) }
    }

    private var waiters: [UInt64: Waiter] = [:]
    private var lastID: UInt64 = 0

    mutating func makeID() -> UInt64 {
        lastID += 1
        return lastID
    }

    /// Adds the waiter, unless `state` answers its request by now: a fetch may have finished since the caller asked.
    mutating func add(
        _ waiter: Waiter, id: UInt64, unlessAnsweredBy state: inout RefreshState, at now: Timestamp
    ) -> Resumption? {
        guard let outcome = state.decide(waiter.request, at: now).outcome else {
            waiters[id] = waiter
            return nil
        }
        return Resumption(continuation: waiter.continuation, outcome: outcome)
    }

    /// Takes out the waiter with this ID, which gets `error`. Nil where it was taken out before.
    mutating func remove(id: UInt64, failing error: CredentialsError) -> Resumption? {
        waiters.removeValue(forKey: id).map { Resumption(continuation: $0.continuation, outcome: .failure(error)) }
    }

    /// Takes out every waiter whose request `state` no longer answers with `wait`.
    mutating func removeAnswered(by state: inout RefreshState, at now: Timestamp) -> [Resumption] {
        var resumptions: [Resumption] = []
        for (id, waiter) in waiters {
            guard let outcome = state.decide(waiter.request, at: now).outcome else { continue }
            waiters[id] = nil
            resumptions.append(Resumption(continuation: waiter.continuation, outcome: outcome))
        }
        return resumptions
    }
}

extension RefreshState.Decision {
    /// Nil for `wait`.
    fileprivate var outcome: RefreshWaiters.Outcome? {
        switch self {
        case .use(let credentials): .success(credentials)
        case .fail(let error): .failure(error)
        case .wait: nil
        }
    }
}
