import AWSCredentials
import Formats
import SigV4

/// A refresh state behind a reference, because expectations cannot change a value.
final class BoxedRefreshState {
    private var state = RefreshState()
    private let origin: CredentialsOrigin

    init(origin: CredentialsOrigin = .stable) { self.origin = origin }

    func decide(_ request: RefreshState.Request, at now: Timestamp) -> RefreshState.Decision {
        state.decide(request, at: now)
    }

    func beginsFetch(at now: Timestamp) -> Bool { state.beginsFetch(at: now) }

    @discardableResult
    func finish(
        _ result: Result<Credentials, CredentialsError>, at now: Timestamp,
        cooldown: FailureCooldown = FailureCooldown(beforeExpiration: 300_000, afterExpiration: 30_000)
    ) -> RefreshEvent {
        switch result {
        case .success(let credentials): state.finishFetch(with: credentials, from: origin, at: now)
        case .failure(let error): state.finishFetch(failing: error, at: now, cooldown: cooldown)
        }
    }

    func refreshEarly() { state.refreshEarly() }

    func close() { state.close() }
}
