import AWSCredentials
import Curl
import Formats
import HTTPExchange
import HTTPTypes
import Synchronization
import Testing
import UpstreamTestSupport

@Suite(.timeLimit(.minutes(1))) struct InstanceMetadataProviderTests {
    private let folder = "/latest/meta-data/iam/security-credentials/"
    private let origin = CredentialsOrigin("instance metadata", isStaticallyStable: true)

    private func provider(
        _ environment: [String: String] = [:], through transport: some Transport, jitter: Int64 = 0
    ) -> InstanceMetadataProvider {
        InstanceMetadataProvider(
            environment: environment, profile: { nil }, transport: transport, jitter: { jitter }, pause: { _ in })
    }

    @Test func takesTheRoleOfTheInstance() async throws {
        let service = InstanceMetadataService()
        try await service.server.serving { transport in
            let result = try await provider(through: transport).credentials(at: .noon)
            #expect(result == .found(.number(1, until: .noon + 21_600), from: origin))
            let paths = ["/latest/api/token", folder, folder + "ward-role"]
            #expect(transport.requests.map(\.url) == paths.map { "http://169.254.169.254" + $0 })
            #expect(transport.requests.allSatisfy { $0.bypassesProxies && $0.body.isEmpty })
        }
        #expect(service.server.seen.map(\.method) == ["PUT", "GET", "GET"])
        let fields = service.server.seen.map(\.fields)
        #expect(fields[0]["x-aws-ec2-metadata-token-ttl-seconds"] == "21600")
        #expect(fields[0]["x-forwarded-for"] == nil)
        #expect(fields.dropFirst().allSatisfy { $0["x-aws-ec2-metadata-token"] == "pass-1" })
    }

    @Test func keepsATokenUntilShortlyBeforeItsEnd() async throws {
        let service = InstanceMetadataService(lifetime: 600)
        try await service.server.serving { transport in
            let provider = provider(through: transport)
            for second in [0, 300, 539, 540, 700] as [Int64] { _ = try await provider.credentials(at: .noon + second) }
        }
        #expect(service.server.seen.count { $0.method == "PUT" } == 2)
        #expect(service.server.seen.count { $0.fields["x-aws-ec2-metadata-token"] == "pass-1" } == 6)
    }

    @Test func replacesARejectedTokenOnce() async throws {
        let service = InstanceMetadataService()
        try await service.server.serving { transport in
            let provider = provider(through: transport)
            _ = try await provider.credentials(at: .noon)
            service.revokeTokens()
            #expect(try await provider.credentials(at: .noon).credentials != nil)
        }
        #expect(service.server.seen.count { $0.method == "PUT" } == 2)
    }

    @Test func failsWhereEveryTokenIsRejected() async throws {
        let server = AgentServer { $0.method == "PUT" ? .text("pass") : .text("", status: .unauthorized) }
        try await server.serving { transport in
            await #expect(throws: failure(.status(401))) {
                try await provider(through: transport).credentials(at: .noon)
            }
        }
        #expect(server.seen.map(\.method) == ["PUT", "GET", "PUT", "GET"])
    }

    @Test func retriesAServiceThatFails() async throws {
        let failed = Mutex<Set<String>>([])
        let service = InstanceMetadataService { request in
            failed.withLock { $0.insert(request.target).inserted } ? .text("", status: .serviceUnavailable) : nil
        }
        try await service.server.serving { transport in
            let result = try await provider(through: transport).credentials(at: .noon)
            #expect(result.credentials != nil)
        }
        #expect(service.server.seen.map(\.method) == ["PUT", "PUT", "GET", "GET", "GET", "GET"])
    }

    @Test(arguments: [HTTPResponse.Status.badRequest, .badGateway])
    func failsWhereTheServiceGivesNoToken(status: HTTPResponse.Status) async throws {
        try await AgentServer { _ in .text("HUSH", status: status) }.serving { transport in
            await #expect(throws: failure(.status(status.code))) {
                try await provider(through: transport).credentials(at: .noon)
            }
        }
    }

    static let useless: [(String, String, CredentialsEndpointError)] = [
        (
            "ward-role", #"{"Code":"AssumeRoleUnauthorizedAccess","Message":"HUSH"}"#,
            .reported(code: "AssumeRoleUnauthorizedAccess")
        ),
        ("ward-role", "HUSH", .malformed), ("ward/../role", "", .malformed), ("ward role", "", .malformed),
    ]

    @Test(arguments: useless)
    func failsOnASuccessWithoutCredentials(role: String, document: String, error: CredentialsEndpointError) async throws
    {
        let service = InstanceMetadataService { request in
            switch request.target {
            case "/latest/api/token": nil
            case "/latest/meta-data/iam/security-credentials/": .text(role)
            default: .text(document)
            }
        }
        try await service.server.serving { transport in
            await #expect(throws: failure(error)) { try await provider(through: transport).credentials(at: .noon) }
        }
        #expect(!"\(failure(error))".contains("HUSH"))
    }

    private func failure(_ error: CredentialsEndpointError) -> CredentialsError {
        .endpointFailed("the instance metadata service", error)
    }
}

/// What counts as not configured rather than broken.
@Suite(.timeLimit(.minutes(1))) struct InstanceMetadataAbsenceTests {
    private func reason(_ environment: [String: String] = [:], through transport: some Transport) async throws -> String
    {
        let provider = InstanceMetadataProvider(
            environment: environment, profile: { nil }, transport: transport, pause: { _ in })
        return switch try await provider.credentials(at: .noon) {
        case .found: "found"
        case .notConfigured(let reason): reason
        case .notYet(let reason): "not yet: \(reason)"
        }
    }

    @Test(arguments: [HTTPResponse.Status.notFound, .ok])
    func hasNoRole(status: HTTPResponse.Status) async throws {
        let server = AgentServer { $0.method == "PUT" ? .text("pass") : .text("", status: status) }
        try await server.serving { transport in
            let reason = try await self.reason(through: transport)
            #expect(reason == "not yet: the instance has no role")
        }
    }

    @Test(arguments: [
        (HTTPResponse.Status.forbidden, "switched off"), (.notFound, "IMDSv2"), (.methodNotAllowed, "IMDSv2"),
    ])
    func givesNoTokens(status: HTTPResponse.Status, words: String) async throws {
        let server = AgentServer { _ in .text("", status: status) }
        try await server.serving { transport in
            let reason = try await self.reason(through: transport)
            #expect(reason.contains(words))
        }
        #expect(server.seen.map(\.method) == ["PUT"])
    }

    @Test func staysSilentForAsLongAsTheTimeoutSays() async throws {
        let server = AgentServer { _ in nil }
        try await server.serving { transport in
            let start = ContinuousClock.now
            let reason = try await reason(through: transport)
            #expect(reason.hasPrefix("not yet: http://169.254.169.254 did not answer within 1 s"))
            #expect(reason.contains("hop limit"))
            #expect(ContinuousClock.now - start < .seconds(2))
        }
        #expect(server.seen.count == 1)
    }

    @Test func refusesConnections() async throws {
        try await AgentServer { _ in nil }.serving { transport in
            transport.isGone = true
            let reason = try await self.reason(through: transport)
            #expect(reason == "http://169.254.169.254 cannot be reached")
            #expect(transport.requests.count == 1)
        }
    }

    @Test func isAskedAsOftenAsTheEnvironmentSaysWhereItIsSilent() async throws {
        let transport = ScriptedTransport { _ throws(CurlError) in throw .timedOut(.awaitingResponse) }
        let environment = ["AWS_METADATA_SERVICE_NUM_ATTEMPTS": "3", "AWS_METADATA_SERVICE_TIMEOUT": "2"]
        #expect(try await reason(environment, through: transport).contains("within 2 s"))
        #expect(transport.requests.map(\.opensConnection) == [false, true, true])
    }

    @Test(arguments: ["true", "True"])
    func isSwitchedOffByTheEnvironment(value: String) async throws {
        let transport = ScriptedTransport { _ in CurlResponse(status: 500) }
        let environment = ["AWS_EC2_METADATA_DISABLED": value, "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE": "IPv5"]
        #expect(try await reason(environment, through: transport) == "AWS_EC2_METADATA_DISABLED is true")
        #expect(transport.requests.isEmpty)
    }
}

/// A service without new credentials gives expired ones.
@Suite(.timeLimit(.minutes(1))) struct StaticStabilityTests {
    @Test(arguments: [0, 1, 300_000] as [Int64])
    func extendsASetThatHasExpired(jitter: Int64) async throws {
        let service = InstanceMetadataService(end: "2026-11-24T12:00:00Z")
        try await service.server.serving { transport in
            let provider = InstanceMetadataProvider(
                environment: [:], profile: { nil }, transport: transport, jitter: { jitter }, pause: { _ in })
            let end = Timestamp.noon.adding(milliseconds: 600_000 + jitter)
            let origin = CredentialsOrigin("instance metadata", isStaticallyStable: true, expiredAt: .noon)
            let result = try await provider.credentials(at: .noon)
            #expect(result == .found(.number(1, until: end), from: origin))
        }
    }

    @Test func leavesASetAloneThatIsAboutToEnd() async throws {
        let service = InstanceMetadataService(end: "2026-11-24T12:00:01Z")
        try await service.server.serving { transport in
            let provider = InstanceMetadataProvider(environment: [:], profile: { nil }, transport: transport)
            let result = try await provider.credentials(at: .noon)
            #expect(result.credentials == .number(1, until: .noon + 1))
        }
    }
}
