import Gateway
import RateLimiting

/// How many requests clients may send, and how many calls AWS gets.
struct LimitSettings: Sendable {
    /// For each client; `nil` = no limit.
    let client: ClientLimitOptions?
    /// For all calls to AWS together.
    let upstream: AdmissionOptions

    init(from reader: inout SettingsReader) {
        let rate = reader.value(
            "limits.client.rate", .atReload, .rate(upTo: 1_000_000), default: "100/s",
            "requests of one client; 0 is no limit")
        let burst = reader.value(
            "limits.client.burst", .atReload, .int(0...1_000_000), default: "200",
            "requests that one client may send at once")
        let isShadow = reader.value(
            "limits.client.shadow", .atReload, .bool, default: "false",
            "whether requests over the limit are answered all the same, and only counted and logged")
        client = rate.map { ClientLimitOptions(rate: $0, burst: burst, isShadow: isShadow) }
        upstream = AdmissionOptions(from: &reader)
    }
}

extension AdmissionOptions {
    static let concurrencies = 1...1_000

    init(from reader: inout SettingsReader) {
        self.init(
            rate: reader.value(
                "limits.upstream.rate", .atReload, .rate(upTo: 10_000), default: "15/s",
                "look-ups at AWS, whose own default is 20/s; with N replicas give each 1/N; 0 is no limit"),
            burst: reader.value(
                "limits.upstream.burst", .atReload, .int(0...10_000), default: "15",
                "look-ups at AWS that may begin at once"),
            concurrency: reader.value(
                "limits.upstream.concurrency", .atReload, .int(Self.concurrencies), default: "32",
                "look-ups at AWS under way at a time"))
    }
}
