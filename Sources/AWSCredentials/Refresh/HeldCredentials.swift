import SigV4

/// The set in use.
struct HeldCredentials: Sendable {
    let credentials: Credentials
    let origin: CredentialsOrigin
    /// Nil where the set does not end by itself.
    let schedule: RefreshSchedule?
    /// Whether a fetch has failed since this set came. From then on nobody waits for another one.
    var hasOutlivedFailure = false

    init(_ credentials: Credentials, from origin: CredentialsOrigin, fetchedAt now: Timestamp) {
        self.credentials = credentials
        self.origin = origin
        schedule = credentials.expiration.map { RefreshSchedule(expiration: $0, fetchedAt: now) }
    }

    /// Whether to sign with it, be it for want of a better one.
    func isUsable(at now: Timestamp) -> Bool {
        origin.isStaticallyStable || credentials.expiration.map { now < $0 } ?? true
    }

    func isRefreshWelcome(at now: Timestamp) -> Bool { schedule.map { now >= $0.advisory } ?? false }

    func isRefreshMandatory(at now: Timestamp) -> Bool {
        !hasOutlivedFailure && schedule.map { now >= $0.mandatory } ?? false
    }
}
