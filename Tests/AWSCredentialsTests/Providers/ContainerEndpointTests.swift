import AWSCredentials
import Curl
import TestSupport
import Testing
import UpstreamTestSupport

/// Which hosts are asked, and so receive the token.
@Suite struct ContainerEndpointTests {
    private static let relative = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"
    private static let full = "AWS_CONTAINER_CREDENTIALS_FULL_URI"

    /// The URL that is asked first, or nil where no request is sent.
    private func url(_ environment: [String: String]) async -> String? {
        let transport = ScriptedTransport { _ in CurlResponse(status: 500) }
        let provider = ContainerProvider(
            environment: environment, files: FileReader(), transport: transport, pause: { _ in })
        _ = try? await provider.credentials(at: .noon)
        return transport.requests.first?.url
    }

    @Test(arguments: [
        "https://agent.example:8443/x?y=1", "http://localhost:8080/x", "http://127.0.0.1/x", "http://127.255.0.1:9/x",
        "http://[::1]:9/x", "http://169.254.170.2/x", "http://169.254.170.23/x", "http://[fd00:ec2::23]/x",
    ])
    func asksTheHostsThatAWSNames(url text: String) async {
        #expect(await url([Self.full: text]) == text)
    }

    /// The URL that is sent has the usual spelling, so it reaches the host that was checked.
    @Test(arguments: [
        ("HTTPS://agent.example", "https://agent.example"), ("http://LOCALHOST/x", "http://localhost/x"),
        ("http://[FD00:EC2:0::23]/x", "http://[fd00:ec2::23]/x"), ("http://127.1/x", "http://127.0.0.1/x"),
        ("http://2130706433/x", "http://127.0.0.1/x"), ("http://[::ffff:127.0.0.1]/x", "http://127.0.0.1/x"),
    ])
    func asksThemHoweverTheyAreSpelled(written: String, sent: String) async {
        #expect(await url([Self.full: written]) == sent)
    }

    @Test(arguments: [
        "http://agent.example/x", "http://169.254.170.3/x", "http://169.254.169.254/x", "http://[fd00:ec2::254]/x",
        "http://localhost.agent.example/x", "http://127.0.0.1.agent.example/x", "http://128.1/x", "http://0177.0.0.1/x",
        "http://127.0.0.01/x", "http://2147483649/x", "http://128.0.0.1/x", "http://[::ffff:128.0.0.1]/x",
        "http://0.0.0.0/x", "http://127.0.0.1@agent.example/x", "http://agent.example#@127.0.0.1/x",
        "http://127.0.0.1?@agent.example/x", "http://127.0.0.1\\@agent.example/x", "http:///x", "http:/x", "/x",
        "ftp://127.0.0.1/x", "file:///etc/passwd", "https://user:password@agent.example/x", "https://agent.example/a b",
        "https://ag\u{E9}nt.example/x", "https://",
    ])
    func asksNoOtherHost(url text: String) async throws {
        let transport = ScriptedTransport { _ in CurlResponse(status: 500) }
        let provider = ContainerProvider(
            environment: [Self.full: text], files: FileReader(), transport: transport, pause: { _ in })
        do throws(CredentialsError) {
            _ = try await provider.credentials(at: .noon)
            Issue.record("found credentials")
        } catch {
            guard case .malformedSetting(Self.full, _) = error else {
                Issue.record("said \(error)")
                return
            }
            #expect(!"\(error)".contains("password"))
        }
        #expect(transport.requests.isEmpty)
    }

    @Test(arguments: [".agent.example/x", "@agent.example/x", "x", ":80/x", "/a b", "/a#b"])
    func cannotBeLedToAnotherHostByAPath(path: String) async {
        #expect(await url([Self.relative: path]) == nil)
    }

    @Test func prefersThePath() async {
        #expect(await url([Self.relative: "/x", Self.full: "http://localhost/y"]) == "http://169.254.170.2/x")
    }
}

@Suite(.needsVectors)
struct ContainerEndpointVectorTests {
    private struct Cases: Decodable {
        let tests: [Case]
    }

    private struct Case: Decodable {
        let docs: String
        let env: [String: String]
        let result: Outcome
    }

    private struct Outcome: Decodable {
        let Ok: String?
    }

    @Test func agreesOnTheURL() async throws {
        let cases: Cases = try Vectors.decode(from: "credentials/ecs-tests.json")
        for test in cases.tests {
            let transport = ScriptedTransport { _ in CurlResponse(status: 500) }
            let provider = ContainerProvider(
                environment: test.env, files: FileReader(), transport: transport, pause: { _ in })
            _ = try? await provider.credentials(at: .noon)
            #expect(transport.requests.first?.url == test.result.Ok, "\(test.docs)")
        }
        #expect(cases.tests.count == 11)
    }
}
