import AWSCredentials
import Curl
import FoundationEssentials
import MicroHTTPD
import TestSupport
import Testing

/// Every recorded case that the AWS SDKs share, with the recorded responses from a real server on loopback.
@Suite(
    .needsVectors, .timeLimit(.minutes(2)))
struct RecordedCaseTests {
    static let chainFolder = "default-credential-provider-chain"
    static let profileFolder = "profile-provider"

    @Test(arguments: try names(in: chainFolder))
    func agreesOnTheChain(name: String) async throws {
        try await check(name, in: Self.chainFolder) { environment, files, transport in
            CredentialsChain(
                environment: environment, files: files, transport: transport, clock: .noon, pause: { _ in })
        }
    }

    @Test(arguments: try names(in: profileFolder))
    func agreesOnProfiles(name: String) async throws {
        try await check(name, in: Self.profileFolder) { environment, files, transport in
            ProfileProvider(environment: environment, files: files, transport: transport)
        }
    }

    @Test func knowsEveryCaseThereIs() throws {
        #expect(try Self.names(in: Self.chainFolder).count == 29)
        #expect(try Self.names(in: Self.profileFolder).count == 18)
    }

    private static func names(in folder: String) throws -> [String] {
        Vectors.areExpected ? Vectors.names(in: "credentials/" + folder) : []
    }

    private func check(
        _ name: String, in folder: String,
        _ provider: ([String: String], FileReader, any Transport) -> any CredentialsProvider
    ) async throws {
        let recorded = try RecordedCase("\(folder)/\(name)")
        let handler = RecordedServer(recorded.recording)
        var options = ServerOptions.loopback
        options.bodyLimit = 1 << 16
        let server = try HTTPServer(options: options, handler: handler)
        let client = try CurlClient()
        let transport = DetouredTransport(client: client, port: server.port)
        let result = try? await provider(recorded.environment, recorded.files, transport).credentials(at: recorded.now)
        #expect(result?.credentials == recorded.credentials)
        #expect(handler.differences == [])
        await client.shutDown()
        await server.stop(within: .zero)
    }
}
