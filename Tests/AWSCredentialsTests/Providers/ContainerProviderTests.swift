import AWSCredentials
import Curl
import FoundationEssentials
import HTTPExchange
import HTTPTypes
import SigV4
import Synchronization
import Testing
import UpstreamTestSupport

@Suite(.timeLimit(.minutes(1))) struct ContainerProviderTests {
    private let end = "2026-11-24T18:00:00Z"
    private let ecs = ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/credentials/1?a=b"]

    private func result(
        _ environment: [String: String], files: FileReader = FileReader(), through transport: some Transport
    ) async throws(CredentialsError) -> ProviderResult {
        let provider = ContainerProvider(
            environment: environment, files: files, transport: transport, pause: { _ in })
        return try await provider.credentials(at: .noon)
    }

    @Test func takesTheRoleOfATask() async throws {
        let server = AgentServer { [end] _ in .credentials(7, until: end) }
        try await server.serving { transport in
            let result = try await result(ecs, through: transport)
            let origin = CredentialsOrigin("container", isStaticallyStable: true)
            #expect(result == .found(.number(7, until: .noon + 21_600), from: origin))
            #expect(transport.requests.map(\.url) == ["http://169.254.170.2/v2/credentials/1?a=b"])
            #expect(transport.requests.allSatisfy { $0.bypassesProxies })
        }
        #expect(server.seen.map(\.method) == ["GET"])
        #expect(server.seen[0].fields["accept"] == "application/json")
        #expect(server.seen[0].fields["authorization"] == nil)
    }

    @Test func showsTheTokenOfTheFileAsItIsAtEachFetch() async throws {
        let folder = try Folder()
        let environment = [
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://169.254.170.23/v1/credentials",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "/token", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "not this",
        ]
        let server = AgentServer { [end] _ in .credentials(1, until: end) }
        try await server.serving { transport in
            let provider = ContainerProvider(
                environment: environment, files: folder.files, transport: transport, pause: { _ in })
            for token in ["first", " second "] {
                try folder.write(token, to: "/token")
                _ = try await provider.credentials(at: .noon)
            }
            #expect(transport.requests.map(\.headers.last?.value) == ["first", " second "])
        }
        #expect(server.seen.map { $0.fields["authorization"] } == ["first", "second"])
    }

    @Test func showsTheTokenOfTheVariable() async throws {
        let environment = ecs.merging(["AWS_CONTAINER_AUTHORIZATION_TOKEN": "Basic TOKEN"]) { $1 }
        let transport = ScriptedTransport { _ in CurlResponse(status: 500) }
        _ = try? await result(environment, through: transport)
        #expect(transport.requests.map(\.headers.last?.value) == Array(repeating: "Basic TOKEN", count: 3))
    }

    @Test(arguments: ["a\nb", "a\r\nb", "a\n", "\ra", ""])
    func failsOnATokenThatCouldBeginAHeaderField(token: String) async throws {
        let folder = try Folder()
        try folder.write(token, to: "/token")
        let transport = ScriptedTransport { _ in CurlResponse(status: 500) }
        let inFile = ecs.merging(["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "/token"]) { $1 }
        await #expect(throws: CredentialsError.malformedToken("/token")) {
            try await result(inFile, files: folder.files, through: transport)
        }
        if !token.isEmpty {
            let variable = "AWS_CONTAINER_AUTHORIZATION_TOKEN"
            await #expect(throws: CredentialsError.malformedToken(variable)) {
                try await result(ecs.merging([variable: token]) { $1 }, through: transport)
            }
        }
        #expect(transport.requests.isEmpty)
    }

    @Test func failsWithoutTheFileOfTheToken() async throws {
        let environment = ecs.merging(["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "/token"]) { $1 }
        let transport = ScriptedTransport { _ in CurlResponse(status: 500) }
        let folder = try Folder()
        await #expect(throws: CredentialsError.unreadableFile(path: "/token", .missing)) {
            try await result(environment, files: folder.files, through: transport)
        }
    }

    @Test func triesThreeTimesASecondApart() async throws {
        let left = Mutex(2)
        let pauses = Mutex<[Duration]>([])
        let server = AgentServer { [end] _ in
            let fails = left.withLock { left in
                left -= 1
                return left >= 0
            }
            return fails ? .text("{}") : .credentials(1, until: end)
        }
        try await server.serving { transport in
            let provider = ContainerProvider(environment: ecs, files: FileReader(), transport: transport) { pause in
                pauses.withLock { $0.append(pause) }
            }
            let result = try await provider.credentials(at: .noon)
            #expect(result.credentials == .number(1, until: .noon + 21_600))
        }
        #expect(pauses.withLock { $0 } == [.seconds(1), .seconds(1)])
    }

    @Test func anAttemptAfterSilenceOpensAConnection() async throws {
        let transport = ScriptedTransport { _ throws(CurlError) in throw .timedOut(.awaitingResponse) }
        let error = CredentialsEndpointError.transfer(.timedOut(.awaitingResponse))
        await #expect(throws: CredentialsError.endpointFailed("the container's agent", error)) {
            try await result(ecs, through: transport)
        }
        #expect(transport.requests.map(\.opensConnection) == [false, true, true])
    }

    static let useless: [(HTTPResponse.Status, String, CredentialsEndpointError)] = [
        (.internalServerError, "HUSH", .status(500)), (.forbidden, "HUSH", .status(403)),
        (.temporaryRedirect, "", .status(307)), (.ok, "", .malformed), (.ok, "[HUSH]", .malformed),
        (.ok, "{}", .incomplete(member: "Expiration")),
        (
            .ok, #"{"AccessKeyId":"A","SecretAccessKey":"","Token":"T","Expiration":"2026-11-24T18:00:00+0000"}"#,
            .incomplete(member: "SecretAccessKey")
        ),
        (
            .ok, #"{"SecretAccessKey":"HUSH","Token":"T","Expiration":"2026-11-24T18:00:00Z"}"#,
            .incomplete(member: "AccessKeyId")
        ),
        (
            .ok, #"{"AccessKeyId":"A","SecretAccessKey":"HUSH","Token":"T","Expiration":"soon"}"#,
            .incomplete(member: "Expiration")
        ),
        (
            .ok, #"{"AccessKeyId":"A","SecretAccessKey":"HUSH","Expiration":"2026-11-24T18:00:00Z"}"#,
            .incomplete(member: "Token")
        ),
        (.ok, #"{"Code":"AccessDenied","Message":"HUSH"}"#, .reported(code: "AccessDenied")),
        (.ok, #"{"Code":"HUSH HUSH"}"#, .malformed),
    ]

    @Test(arguments: useless)
    func failsOnResponsesWithoutCredentials(
        status: HTTPResponse.Status, body: String, error: CredentialsEndpointError
    ) async throws {
        let server = AgentServer { _ in .text(body, status: status, fields: [(.location, "/elsewhere")]) }
        try await server.serving { transport in
            let expected = CredentialsError.endpointFailed("the container's agent", error)
            await #expect(throws: expected) { try await result(ecs, through: transport) }
            #expect(!"\(expected)".contains("HUSH"))
        }
        #expect(server.seen.map(\.target) == Array(repeating: "/v2/credentials/1?a=b", count: 3))
    }

    @Test func saysThatTheAgentCannotBeReached() async throws {
        try await AgentServer { _ in nil }.serving { transport in
            transport.isGone = true
            let expected = CredentialsError.endpointFailed("the container's agent", .transfer(.couldNotConnect))
            await #expect(throws: expected) { try await result(ecs, through: transport) }
        }
    }

    @Test func isNotConfiguredWithoutItsVariables() async throws {
        let transport = ScriptedTransport { _ in CurlResponse(status: 500) }
        let environment = ["AWS_CONTAINER_AUTHORIZATION_TOKEN": "TOKEN"]
        guard case .notConfigured(let reason) = try await result(environment, through: transport) else {
            Issue.record("sent a request")
            return
        }
        #expect(reason.contains("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") && reason.contains("FULL_URI"))
        #expect(transport.requests.isEmpty)
    }
}
