/// How the gateway stops.
struct DrainSettings: Sendable {
    let delay: Duration
    let timeout: Duration

    init(from reader: inout SettingsReader) {
        delay = reader.value(
            "drain.delay", .duration(.zero ... .minutes(5)), default: "0s",
            "how long to go on listening after readiness fails")
        timeout = reader.value(
            "drain.timeout", .duration(.milliseconds(100) ... .minutes(10)), default: "20s",
            "how long requests under way may take to finish")
    }
}
