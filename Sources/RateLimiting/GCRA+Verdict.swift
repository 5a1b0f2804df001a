extension GCRA {
    /// What was decided about one request, in whole tokens and nanoseconds.
    public struct Verdict: Hashable, Sendable {
        public let admitted: Bool
        /// The state to keep: the theoretical arrival time, never before the `now` of the decision.
        public let arrival: Int64
        /// Whole tokens left.
        public let remaining: Int
        /// Until the bucket is full again if nothing more comes.
        public let untilFull: Int64
        /// Until the same request is admitted; 0 if it was.
        public let untilAdmitted: Int64
    }
}
