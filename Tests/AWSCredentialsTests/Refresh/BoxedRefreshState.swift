import AWSCredentials
import Formats
import SigV4

/// A refresh state behind a reference, as expectations cannot change a value.
final class RehearsedState {
    private var state = RefreshState()
    private let origin: CredentialsOrigin

    init(origin: CredentialsOrigin = .stable) { self.origin = origin }

    func answer(_ question: RefreshState.Question, at now: Timestamp) -> RefreshState.Answer {
        state.answer(question, at: now)
    }

    func beginsFetch(at now: Timestamp) -> Bool { state.beginsFetch(at: now) }

    @discardableResult
    func land(
        _ result: Result<Credentials, CredentialsError>, at now: Timestamp, cooldown: Int64 = 300_000
    ) -> RefreshEvent {
        switch result {
        case .success(let credentials): state.land(credentials, from: origin, at: now)
        case .failure(let error): state.land(error, at: now, cooldown: cooldown)
        }
    }

    func close() { state.close() }
}
