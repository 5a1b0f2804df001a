import AWSCredentials
import Curl
import TestSupport
import Testing
import UpstreamTestSupport

/// Where the service is asked.
@Suite struct InstanceMetadataSettingsTests {
    @Test(arguments: [
        ("AWS_EC2_METADATA_SERVICE_ENDPOINT", "not a uri"), ("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://a/?b"),
        ("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://user:HUSH@a"), ("AWS_METADATA_SERVICE_TIMEOUT", "0"),
        ("AWS_METADATA_SERVICE_TIMEOUT", "1.5"), ("AWS_METADATA_SERVICE_NUM_ATTEMPTS", "many"),
    ])
    func failsOnASettingThatIsNotAllowed(variable: String, value: String) async {
        let transport = ScriptedTransport { _ in CurlResponse(status: 500) }
        let provider = InstanceMetadataProvider(environment: [variable: value], profile: { nil }, transport: transport)
        do throws(CredentialsError) {
            _ = try await provider.credentials(at: .noon)
            Issue.record("took it")
        } catch {
            #expect("\(error)".hasPrefix(variable + " must be") && !"\(error)".contains("HUSH"))
        }
        #expect(transport.requests.isEmpty)
    }

    @Test(arguments: ["http://host:1/", "http://host:1", "http://host:1/prefix/", "https://[::1]"])
    func takesAnEndpointWithOrWithoutASlash(endpoint: String) async {
        let expected = (endpoint.hasSuffix("/") ? String(endpoint.dropLast()) : endpoint) + "/latest/api/token"
        #expect(await url(["AWS_EC2_METADATA_SERVICE_ENDPOINT": endpoint], FileReader()) == expected)
    }

    @Test func showsATokenToNoOtherEndpointThanItsOwn() async throws {
        let folder = try Folder()
        let files = folder.files
        let transport = ScriptedTransport { request in
            let token = request.url.hasPrefix("http://a:1/") ? "of-a" : "of-b"
            return request.method == "PUT"
                ? CurlResponse(status: 200, body: Array(token.utf8)) : CurlResponse(status: 404)
        }
        let provider = InstanceMetadataProvider(
            environment: [:],
            profile: { () throws(CredentialsError) in
                try ProfileSettings(environment: ["HOME": "/home"], files: files)
            }, transport: transport)
        for (host, token) in [("a:1", "of-a"), ("a:1", "of-a"), ("b:2", "of-b")] {
            try folder.write("[default]\nec2_metadata_service_endpoint = http://\(host)", to: "/home/.aws/config")
            _ = try await provider.credentials(at: .noon)
            #expect(transport.requests.last?.method == "GET")
            #expect(transport.requests.last?.headers.map(\.value) == [token])
        }
        #expect(transport.requests.count { $0.method == "PUT" } == 2)
    }

    @Test func readsTheProfileForEachResult() async throws {
        let folder = try Folder()
        let files = folder.files
        let transport = ScriptedTransport { _ in CurlResponse(status: 404) }
        let provider = InstanceMetadataProvider(
            environment: [:],
            profile: { () throws(CredentialsError) in
                try ProfileSettings(environment: ["HOME": "/home"], files: files)
            }, transport: transport)
        for endpoint in ["http://a:1", "http://b:2"] {
            try folder.write("[default]\nec2_metadata_service_endpoint = \(endpoint)", to: "/home/.aws/config")
            _ = try await provider.credentials(at: .noon)
            #expect(transport.requests.last?.url.hasPrefix(endpoint) == true)
        }
    }
}

@Suite(.needsVectors)
struct InstanceMetadataVectorTests {
    private struct Cases: Decodable {
        let tests: [Case]
    }

    private struct Case: Decodable {
        let docs: String
        let env: [String: String]
        let fs: [String: String]
        let result: Outcome
        let endpoint_override: String?
        let mode_override: String?
    }

    private struct Outcome: Decodable {
        let Ok: String?
    }

    /// Without the cases in which the calling program chooses the endpoint: this one does not.
    @Test func agreesOnTheEndpoint() async throws {
        let cases: Cases = try Vectors.decode(from: "credentials/imds-config/imds-endpoint-tests.json")
        let used = cases.tests.filter { $0.endpoint_override == nil && $0.mode_override == nil }
        #expect((cases.tests.count, used.count) == (14, 11))
        for test in used {
            let folder = try Folder()
            for (file, text) in test.fs { try folder.write(text, to: "/" + file) }
            var environment = test.env
            environment["AWS_CONFIG_FILE"] = environment["AWS_CONFIG_FILE"].map { "/" + $0 }
            #expect(await url(environment, folder.files) == test.result.Ok, "\(test.docs)")
        }
    }
}

/// The URL that is asked first, or nil where no request is sent.
private func url(_ environment: [String: String], _ files: FileReader) async -> String? {
    let transport = ScriptedTransport { _ in CurlResponse(status: 500) }
    let provider = InstanceMetadataProvider(
        environment: environment,
        profile: { () throws(CredentialsError) in try ProfileSettings(environment: environment, files: files) },
        transport: transport, pause: { _ in })
    _ = try? await provider.credentials(at: .noon)
    return transport.requests.first?.url
}
