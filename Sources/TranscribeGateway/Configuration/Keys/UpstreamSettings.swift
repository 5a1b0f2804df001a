/// How long and how often AWS is asked for one job.
struct UpstreamSettings: Sendable {
    /// The budget of one look-up, with all its attempts.
    let timeout: Duration
    let connectTimeout: Duration
    let attempts: Int

    init(from reader: inout SettingsReader) {
        timeout = reader.value(
            "upstream.timeout", .duration(.milliseconds(100) ... .minutes(1)), default: "5s",
            "time for one look-up at AWS, all attempts together")
        connectTimeout = reader.value(
            "upstream.connectTimeout", .duration(.milliseconds(50) ... .seconds(30)), default: "1s",
            "time to connect to AWS")
        attempts = reader.value(
            "upstream.attempts", .int(1...10), default: "3", "attempts at one look-up, the first included")
    }
}
