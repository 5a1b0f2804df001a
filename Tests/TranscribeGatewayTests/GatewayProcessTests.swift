import AWSCredentials
import AWSEndpoints
import Formats
import RateLimiting
import SigV4
import Testing
import Transcribe

@testable import Gateway
@testable import TranscribeGateway

@Suite struct GatewayProcessTests {
    private struct FixedProvider: CredentialsProvider {
        let name = "fixed"

        func credentials(at now: Timestamp) async throws(CredentialsError) -> ProviderResult {
            .notConfigured(reason: "")
        }
    }

    private func upstream(_ clock: AWSClock) -> Upstream {
        Upstream(
            endpoint: Endpoint(at: Origin("http://127.0.0.1:1")!, in: Region("us-east-1")!),
            credentials: FixedProvider(), clock: clock, regionSource: "AWS_REGION",
            endpointSource: "AWS_ENDPOINT_URL")
    }

    /// From the text in the environment to the option that the gateway acts on.
    @Test func carriesALifetimeFromTheEnvironmentToTheGateway() throws {
        let settings = try load(["GATEWAY_CACHE_TTL_FINISHED": "7m", "GATEWAY_LOG_LEVEL": "critical"])
        let clock = AWSClock(wallTime: { .wallTime })
        let parts = try GatewayParts(
            settings, connections: 10_000, on: upstream(clock), Observability(settings.log))
        let gateway = parts.gateway
        #expect(gateway.options.freshness.finished == .seconds(7 * 60))
        #expect(gateway.fetcher.options.freshness.finished == .seconds(7 * 60))
        #expect(parts.services.count == 3)
    }

    /// The age of a running job, by which its lifetime is told, is the difference of a time of AWS's and this one.
    @Test func tellsTheAgeOfJobsByAWSsClock() throws {
        let settings = try load(["GATEWAY_LOG_LEVEL": "critical"])
        let start = ContinuousClock.now
        let clock = AWSClock(wallTime: { Timestamp(millisecondsSinceEpoch: 1_000) }, instant: { start })
        let gateway = try GatewayParts(
            settings, connections: 10_000, on: upstream(clock), Observability(settings.log)
        ).gateway
        #expect(gateway.fetcher.options.time.wallTime() == Timestamp(millisecondsSinceEpoch: 1_000))
        clock.learn(Timestamp(millisecondsSinceEpoch: 3_600_000))
        #expect(gateway.fetcher.options.time.wallTime() == Timestamp(millisecondsSinceEpoch: 3_600_000))
    }

    /// More calls at a time than the process may have descriptors for. Nothing changes then.
    @Test func settingsThatNeedTooManyFilesAreRefused() throws {
        let settings = try load(["GATEWAY_LOG_LEVEL": "critical"])
        let clock = AWSClock(wallTime: { .wallTime })
        let full = try GatewayParts(
            settings, connections: Int(Int32.max), on: upstream(clock), Observability(settings.log))
        let greedy = try load(["GATEWAY_LIMITS_UPSTREAM_CONCURRENCY": "900", "GATEWAY_CACHE_TTL_FINISHED": "7m"])
        let error = #expect(throws: ConfigurationError.self) { try full.change(to: greedy) }
        #expect(error?.description.hasPrefix("limits.upstream.concurrency is 900") == true)
        #expect(full.gateway.options.freshness.finished == .seconds(600))
        let parts = try GatewayParts(settings, connections: 16, on: upstream(clock), Observability(settings.log))
        try parts.change(to: try load(["GATEWAY_CACHE_TTL_FINISHED": "7m"]))
        #expect(parts.gateway.options.freshness.finished == .seconds(7 * 60))
    }

    @Test func buildsTheGatewayFromTheDocumentedDefaults() throws {
        let options = try load().gateway
        #expect(options.cacheCapacity == 64 << 20)
        #expect(options.clientLimit?.burst == 200)
        #expect(options.clientLimit?.isShadow == false)
        #expect(options.waiters == 10_000)
        #expect(options.timeout == .seconds(5))
        #expect(options.freshness.running == .seconds(5))
        #expect(options.freshness.missing == .seconds(2))
        #expect(options.freshness.staleWhileRevalidate == .seconds(30))
        #expect(options.freshness.staleIfError == .seconds(600))
        #expect(options.admission.burst == 15)
        #expect(try load(["GATEWAY_LIMITS_CLIENT_RATE": "0"]).gateway.clientLimit == nil)
    }
}
