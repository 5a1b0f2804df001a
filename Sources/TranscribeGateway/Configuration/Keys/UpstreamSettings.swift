import Transcribe

/// How long and how often AWS is asked for one job.
struct UpstreamSettings: Sendable {
    /// The time for one look-up with all its attempts, the wait for its turn included.
    let timeout: Duration
    /// The time to connect to AWS, TLS included.
    let connectTimeout: Duration
    let retryPolicy: RetryPolicy

    /// How many attempts at one look-up may be set: as many as AWS's own variable has in practice.
    static let attempts = 1...100

    init(from reader: inout SettingsReader) {
        timeout = reader.value(
            "upstream.timeout", .atReload, .duration(.milliseconds(100) ... .minutes(1)), default: "5s",
            "time for one look-up at AWS, all attempts together")
        connectTimeout = reader.value(
            "upstream.connectTimeout", .atRestart(because: "the client for calls to AWS takes it at the start"),
            .duration(.milliseconds(50) ... .seconds(30)), default: "1s",
            "time to connect to AWS")
        let attempts = reader.value(
            "upstream.attempts", .atReload, .int(Self.attempts), default: "3",
            "attempts at one look-up, the first included; each that another can follow has half of the time left, "
                + "and 1 s at least; `AWS_MAX_ATTEMPTS` sets it too")
        retryPolicy = RetryPolicy(attempts: attempts)
    }
}
