/// What was granted to one call; held by its ``Admission``.
struct AdmissionGrant: Sendable {
    let priority: CallPriority
    let pass: Breaker.Pass
    let begin: ContinuousClock.Instant
    /// How long the call had waited for it.
    let waited: Duration
}
