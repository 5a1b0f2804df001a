public import Formats
import SigV4

/// The refresh state and those who wait for a fetch to land. ``CredentialsRefresher`` guards it with a lock and resumes
/// outside of it.
struct RefreshWaiters: Sendable {
    typealias Outcome = Result<Credentials, CredentialsError>

    struct Waiter: Sendable {
        let question: RefreshState.Question
        let continuation: CheckedContinuation<Outcome, Never>
    }

    /// A waiter who need not wait any more.
    struct Resumption: Sendable {
        let continuation: CheckedContinuation<Outcome, Never>
        let outcome: Outcome

        func resume() { continuation.resume(returning: outcome) }
    }

    var state = RefreshState()
    private var waiters: [UInt64: Waiter] = [:]
    private var lastWaiterID: UInt64 = 0

    mutating func makeWaiterID() -> UInt64 {
        lastWaiterID += 1
        return lastWaiterID
    }

    /// Lets the caller wait unless the answer is known by now: a fetch may have landed since the caller asked.
    mutating func admit(_ waiter: Waiter, waiterID: UInt64, at now: Timestamp) -> Resumption? {
        guard let outcome = outcome(of: waiter.question, at: now) else {
            waiters[waiterID] = waiter
            return nil
        }
        return Resumption(continuation: waiter.continuation, outcome: outcome)
    }

    mutating func withdraw(waiterID: UInt64) -> Resumption? {
        waiters.removeValue(forKey: waiterID).map {
            Resumption(continuation: $0.continuation, outcome: .failure(.cancelled))
        }
    }

    /// Asks for everybody who waits once more; who still has to wait stays.
    mutating func takeAnswered(at now: Timestamp) -> [Resumption] {
        var resumptions: [Resumption] = []
        for (waiterID, waiter) in waiters {
            guard let outcome = outcome(of: waiter.question, at: now) else { continue }
            waiters[waiterID] = nil
            resumptions.append(Resumption(continuation: waiter.continuation, outcome: outcome))
        }
        return resumptions
    }

    private mutating func outcome(of question: RefreshState.Question, at now: Timestamp) -> Outcome? {
        switch state.answer(question, at: now) {
        case .use(let credentials): .success(credentials)
        case .refuse(let error): .failure(error)
        case .wait: nil
        }
    }
}

/// How a refresh ended. Says no secret.
public enum RefreshEvent: Sendable, Equatable {
    /// A new set is in use; `expiration` is nil for one that does not end by itself.
    case refreshed(expiration: Timestamp?, from: CredentialsOrigin)
    /// No usable set came. The old one, which ends (or ended) at `expiration`, stays in use.
    case kept(expiration: Timestamp?, because: CredentialsError)
    /// No usable set came, and there is none to go on with.
    case failed(CredentialsError)
}
