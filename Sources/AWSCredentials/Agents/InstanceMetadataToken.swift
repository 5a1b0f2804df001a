import SigV4

/// What shows the instance metadata service that a request comes from the instance itself. It is asked for once and
/// used until shortly before its end, by the wall clock: if that errs, the service answers 401.
struct InstanceMetadataToken: Sendable {
    let text: String
    private let renewal: Timestamp

    /// A token that was fetched at `now` and lives for `lifetime` seconds.
    init(_ text: String, lifetime: Int64, at now: Timestamp) {
        self.text = text
        let margin = min(120, lifetime / 10)
        renewal = now.adding(milliseconds: (lifetime - margin) * 1_000)
    }

    func isUsable(at now: Timestamp) -> Bool { now < renewal }

    /// The longest life that the service grants, in seconds.
    static let longestLifetime: Int64 = 21_600
}

extension InstanceMetadataToken: CustomStringConvertible, CustomReflectable {
    var description: String { "InstanceMetadataToken(until \(renewal))" }

    var customMirror: Mirror { Mirror(self, children: ["renewal": renewal]) }
}
