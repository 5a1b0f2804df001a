/// Who wants to make a call upstream.
struct AdmissionRequest: Sendable {
    /// Whose turn the call takes.
    let caller: UInt64
    let priority: CallPriority
    /// When the answer has to be there.
    let deadline: ContinuousClock.Instant
}
