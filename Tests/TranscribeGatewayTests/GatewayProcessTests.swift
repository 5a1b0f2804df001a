import AWSCredentials
import AWSEndpoints
import Formats
import RateLimiting
import SigV4
import Testing

@testable import Gateway
@testable import TranscribeGateway

@Suite struct GatewayProcessTests {
    private struct FixedProvider: CredentialsProvider {
        let name = "fixed"

        func credentials(at now: Timestamp) async throws(CredentialsError) -> ProviderResult {
            .notConfigured(reason: "")
        }
    }

    /// From the text in the environment to the option that the gateway acts on.
    @Test func carriesALifetimeFromTheEnvironmentToTheGateway() throws {
        let settings = try load(["GATEWAY_CACHE_TTL_FINISHED": "7m", "GATEWAY_LOG_LEVEL": "critical"])
        let upstream = Upstream(
            endpoint: Endpoint(at: Origin("http://127.0.0.1:1")!, in: Region("us-east-1")!),
            credentials: FixedProvider(), clock: AWSClock(wallTime: { .wallTime }), regionSource: "AWS_REGION")
        let (gateway, services) = try buildGateway(settings, on: upstream, Observability(settings.log))
        #expect(gateway.options.freshness.finished == .seconds(7 * 60))
        #expect(gateway.fetcher.options.freshness.finished == .seconds(7 * 60))
        #expect(services.count == 3)
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
