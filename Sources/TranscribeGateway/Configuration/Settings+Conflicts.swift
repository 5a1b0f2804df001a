extension Settings {
    /// Values that are allowed each by itself but not together.
    var conflicts: [ConfigurationProblem] {
        [
            burstConflict("limits.client", limits.client.rate, limits.client.burst),
            burstConflict("limits.upstream", limits.upstream.rate, limits.upstream.burst),
            connectTimeoutConflict,
            portConflict,
        ].compactMap { $0 }
    }

    /// A bucket that holds no token admits nothing, whatever its rate.
    private func burstConflict(_ section: String, _ rate: Rate, _ burst: Int) -> ConfigurationProblem? {
        guard !rate.isOff, burst == 0 else { return nil }
        let rate = "unless \(other("\(section).rate")) is 0"
        return .conflict("\(culprit("\(section).burst")), but must be at least 1 \(rate).")
    }

    private var connectTimeoutConflict: ConfigurationProblem? {
        guard upstream.connectTimeout > upstream.timeout else { return nil }
        let timeout = other("upstream.timeout")
        return .conflict("\(culprit("upstream.connectTimeout")), but must be no longer than \(timeout).")
    }

    private var portConflict: ConfigurationProblem? {
        guard listen.port == admin.port, admin.port != 0 else { return nil }
        return .conflict("\(culprit("admin.port")), but must be 0 or another port than \(other("listen.port")).")
    }

    private func culprit(_ key: String) -> String { "\(name(of: key)) is \(text(of: key).quoted)" }
    private func other(_ key: String) -> String { "\(name(of: key)) (\(text(of: key).quoted))" }
    private func name(of key: String) -> String { source(of: key).name(of: key).printable }
    private func text(of key: String) -> String { effective.first { $0.key == key }?.text ?? "" }
}
