import AWSCredentials
import Formats
import HTTPExchange
import HTTPTypes
import Synchronization
import TestSupport
import Testing
import UpstreamTestSupport

/// Two hours in steps of 10 s, with a server that stands for the source, and eight look-ups in each step.
@Suite(.timeLimit(.minutes(3)), .serialized) struct CredentialsLifetimeTests {
    private let lifetime = CredentialsLifetime()

    /// A set expires after 90 s and is refreshed after 50. From 12:40:00 to 12:43:30 the agent fails, and AWS rejects
    /// expired sets; the token of the pod is replaced every ten minutes.
    @Test func survivesAHundredRotationsAndSomeFailedRefreshes() async throws {
        let folder = try Folder()
        let agent = PodAgent(lifetime: lifetime)
        try await agent.server.serving { transport in
            let provider = ContainerProvider(
                environment: PodAgent.environment, files: folder.files, transport: transport, pause: { _ in })
            try agent.renewToken(in: folder)
            try await lifetime.run(on: provider) { refresher in
                for step in 1...720 {
                    if step.isMultiple(of: 60) { try agent.renewToken(in: folder) }
                    agent.isBroken = (240..<262).contains(step)
                    await lifetime.advance(seconds: 10)
                    await lookUpEightTimes(with: refresher, step)
                }
            }
        }
        #expect(lifetime.rotations == 140)
        #expect(lifetime.failures == 8)
        #expect(agent.refusedTokens == 0)
        // Three attempts where the agent fails, one where it does not: no other requests were sent.
        #expect(agent.server.seen.count == lifetime.rotations + 3 * lifetime.failures)
    }

    /// A set expires after an hour. The service is absent from 12:40 to 13:40; AWS accepts the old set for longer.
    @Test func survivesAnHourWithoutInstanceMetadata() async throws {
        let lifetime = lifetime
        let service = InstanceMetadataService { request in
            guard request.target.hasSuffix("ward-role") else { return nil }
            return lifetime.issue(lasting: 3_600)
        }
        let asked = Mutex<[Timestamp]>([])
        try await service.server.serving { transport in
            let provider = InstanceMetadataProvider(
                environment: [:], profile: { nil }, transport: transport, jitter: { 0 }, pause: { _ in })
            let counted = WatchedProvider(provider) { now in asked.withLock { $0.append(now) } }
            try await lifetime.run(on: counted) { refresher in
                for step in 1...720 {
                    transport.isGone = (240..<600).contains(step)
                    if step == 240 { lifetime.acceptance.extend(to: .noon + 7_200) }
                    await lifetime.advance(seconds: 10)
                    await lookUpEightTimes(with: refresher, step)
                }
            }
        }
        let distances = zip(asked.withLock { $0.dropFirst() }, asked.withLock { $0 }).map { $0.milliseconds(since: $1) }
        // From 12:00 to 12:45, a quarter of an hour before the expiration of the set.
        #expect(distances.first == 2_700_000)
        // At most half of the time that is left, and up to a step more until the clock advances.
        let early = distances.dropFirst().prefix { $0 > 50_000 }
        #expect((2...4).contains(early.count), "\(distances)")
        // 20 to 40 s when no more is left, and once the set has expired.
        #expect(distances.dropFirst(1 + early.count).allSatisfy { (20_000...50_000).contains($0) })
        #expect(lifetime.rotations == 2)
        #expect((60...130).contains(lifetime.failures))
    }

    private func lookUpEightTimes(with refresher: CredentialsRefresher, _ step: Int) async {
        let lifetime = lifetime
        let failed = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<8 { group.addTask { await lifetime.looksUp(with: refresher) } }
            return await group.reduce(into: 0) { count, succeeded in count += succeeded ? 0 : 1 }
        }
        #expect(failed == 0, "step \(step)")
    }
}

extension CredentialsLifetime {
    /// The reply of a service with a new set, which AWS accepts from now on.
    func issue(lasting seconds: Int64) -> Reply {
        let end = clock.wallTime + seconds
        let number = rotations + 1
        acceptance.issue(.number(number, until: end))
        return .credentials(number, until: end.rfc3339)
    }
}

/// The agent of EKS Pod Identity, which accepts only the newest token.
private final class PodAgent: Sendable {
    static let environment = [
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://169.254.170.23/v1/credentials",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "/token",
    ]

    private struct State {
        var token = 0
        var isBroken = false
        var refusedTokens = 0
    }

    let server: AgentServer
    private let state: Holder

    /// A class of its own, as the server's script outlives the initializer.
    private final class Holder: Sendable {
        let value = Mutex(State())
    }

    init(lifetime: CredentialsLifetime) {
        let holder = Holder()
        state = holder
        server = AgentServer { request in
            holder.value.withLock { state in
                if state.isBroken { return .text("", status: .internalServerError) }
                guard request.fields["authorization"] == "token-\(state.token)" else {
                    state.refusedTokens += 1
                    return .text("", status: .unauthorized)
                }
                return lifetime.issue(lasting: 90)
            }
        }
    }

    var isBroken: Bool {
        get { state.value.withLock { $0.isBroken } }
        set { state.value.withLock { $0.isBroken = newValue } }
    }

    var refusedTokens: Int { state.value.withLock { $0.refusedTokens } }

    /// Replaces the token file as a mounted secret is replaced: a new file gets the name of the old one.
    func renewToken(in folder: Folder) throws {
        try state.value.withLock { state in
            state.token += 1
            try folder.replace("/token", with: "token-\(state.token)")
        }
    }
}

/// A provider that reports when it is asked.
private struct WatchedProvider<Provider: CredentialsProvider>: CredentialsProvider {
    let name: String
    private let provider: Provider
    private let tell: @Sendable (Timestamp) -> Void

    init(_ provider: Provider, _ tell: @escaping @Sendable (Timestamp) -> Void) {
        name = provider.name
        self.provider = provider
        self.tell = tell
    }

    func credentials(at now: Timestamp) async throws(CredentialsError) -> ProviderResult {
        tell(now)
        return try await provider.credentials(at: now)
    }
}
