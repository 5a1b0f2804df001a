import AWSCredentials
import SigV4

/// The one set of credentials that requests are signed with, as the Transcribe client asks for it.
struct RefreshedCredentials: CredentialsSource {
    let refresher: CredentialsRefresher

    func current(by deadline: ContinuousClock.Instant) async throws(CredentialsUnavailable) -> Credentials {
        // Nearly always: tasks and a timer that race each other are for those who have to wait.
        if let held = refresher.held(at: .wallTime) { return held }
        return try await answer(by: deadline) { [refresher] () async throws(CredentialsError) in
            try await refresher.current(at: .wallTime)
        }
    }

    func replacement(
        for rejected: Credentials, by deadline: ContinuousClock.Instant
    ) async throws(CredentialsUnavailable) -> Credentials {
        try await answer(by: deadline) { [refresher] () async throws(CredentialsError) in
            try await refresher.replacement(for: rejected, at: .wallTime)
        }
    }

    /// The refresher waits as long as its source takes; a look-up only until its deadline.
    private func answer(
        by deadline: ContinuousClock.Instant,
        _ ask: @escaping @Sendable () async throws(CredentialsError) -> Credentials
    ) async throws(CredentialsUnavailable) -> Credentials {
        let result = await withTaskGroup(of: Result<Credentials, CredentialsUnavailable>.self) { group in
            group.addTask {
                do throws(CredentialsError) {
                    return .success(try await ask())
                } catch {
                    return .failure(CredentialsUnavailable(reason: "\(error)"))
                }
            }
            group.addTask {
                try? await Task.sleep(until: deadline, clock: .continuous)
                return .failure(CredentialsUnavailable(reason: "their source did not answer in time"))
            }
            defer { group.cancelAll() }
            return await group.next() ?? .failure(CredentialsUnavailable(reason: "nobody was asked"))
        }
        return try result.get()
    }
}
