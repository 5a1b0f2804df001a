/// What was granted to one call; held by its ``Admission``.
struct AdmissionGrant: Sendable {
    /// By which the desk knows the call.
    let number: UInt64
    let priority: CallPriority
    let pass: Breaker.Pass
    /// How long the call had waited for it.
    let waited: Duration
}
