import FoundationEssentials
import Gateway
import MicroHTTPD
import RateLimiting
import Testing
import Transcribe

@testable import TranscribeGateway

@Suite struct SettingsTests {
    @Test func holdsEveryKeyOnce() {
        let keys = Settings.definitions.map(\.key)
        #expect(keys.first == "listen.host")
        #expect(keys.last == "drain.timeout")
        #expect(Set(keys).count == keys.count)
        #expect(Set(Settings.definitions.map(\.environmentName)).count == keys.count)
    }

    @Test(arguments: [
        ("listen.idleTimeout", "GATEWAY_LISTEN_IDLE_TIMEOUT"),
        ("cache.ttl.running", "GATEWAY_CACHE_TTL_RUNNING"),
        ("log.nameKey", "GATEWAY_LOG_NAME_KEY"),
    ])
    func namesTheVariableOfAKey(key: String, variable: String) {
        #expect(Settings.definitions.first { $0.key == key }?.environmentName == variable)
    }

    @Test(arguments: Settings.definitions)
    func acceptsEveryDefaultFromEveryLayer(setting: SettingDefinition) throws {
        let (key, text) = (setting.key, setting.defaultText)
        #expect(try load([setting.environmentName: text]).source(of: key) == .environment(setting.environmentName))
        #expect(try load(set: ["\(key)=\(text)"]).source(of: key) == .option("--set \(key)"))
        let file = ConfigurationFile(
            path: "f", contents: #"{"\#(key)": "\#(text)"}"#, definitions: Settings.definitions)
        #expect(file.values == [key: text])
    }

    @Test func startsFromTheDocumentedDefaults() throws {
        let settings = try load()
        #expect(settings.listen.host == ListenAddress(text: "127.0.0.1", isLoopback: true))
        #expect(settings.listen.port == 8080)
        #expect(settings.listen.server.threads == ProcessInfo.processInfo.activeProcessorCount)
        #expect(settings.listen.hosts.names == ["localhost", "127.0.0.1", "[::1]"])
        #expect(settings.listen.server.connections == 10_000)
        #expect(settings.listen.perAddress(of: 10_000) == 2_500)
        #expect(settings.listen.perAddress(of: 3) == 1)
        #expect(settings.listen.server.idleTimeout == .seconds(75))
        #expect(settings.admin.port == 8081)
        #expect(settings.clients.trustedProxies == [])
        #expect(settings.clients.allowed == nil)
        #expect(settings.jobFields == .full)
        #expect(settings.cache.capacity == 67_108_864)
        #expect(settings.cache.clients == .revalidate)
        #expect(settings.cache.freshness.finished == .seconds(600))
        #expect(settings.limits.client?.rate == Rate(100, per: .seconds(1)))
        #expect(settings.limits.client?.isShadow == false)
        #expect(settings.limits.upstream.concurrency == 32)
        #expect(settings.upstream.retryPolicy.attempts == 3)
        #expect(settings.log.format == .auto)
        #expect(settings.log.nameKey == nil)
        #expect(settings.drain.timeout == .seconds(20))
        #expect(settings.effective.allSatisfy { $0.source == .standard })
    }

    @Test func listensOnAUnixSocket() throws {
        let settings = try load(set: ["listen.host=unix:/run/gateway/public", "admin.host=unix:/run/gateway/admin"])
        #expect(settings.listen.server.address == .unix(path: "/run/gateway/public"))
        #expect(settings.admin.host.path == "/run/gateway/admin")
        #expect(settings.listen.hosts.names == nil)
        #expect(settings.warnings() == [])
        #expect(try load(set: ["listen.host=unix:/s", "listen.port=8081"]).admin.port == 8081)
        #expect(try load(set: ["clients.trustedProxies=unix,10.0.0.0/8"]).clients.trustedProxies.count == 2)
    }

    @Test func hostsFollowFromTheAddressOfASocketThatWasPassed() throws {
        let settings = try load()
        #expect(settings.hosts(at: nil).names == ["localhost", "127.0.0.1", "[::1]"])
        #expect(settings.hosts(at: .network(host: "::1", port: 80)).names == ["localhost", "127.0.0.1", "[::1]"])
        #expect(settings.hosts(at: .unix(path: "/s")).names == nil)
        #expect(settings.hosts(at: .network(host: "::", port: 80)).names == nil)
        #expect(settings.warnings(at: .network(host: "::", port: 80)).count == 1)
        #expect(settings.warnings(at: .unix(path: "/s")) == [])
        let named = try load(set: ["listen.hosts=gateway.example", "listen.host=0.0.0.0"])
        #expect(named.hosts(at: .unix(path: "/s")).names == ["gateway.example"])
        let open = try load(set: ["listen.host=0.0.0.0"])
        #expect(open.hosts(at: .network(host: "127.0.0.1", port: 1)).names?.count == 3)
    }

    @Test func refusesTheSameSocketTwice() {
        #expect(
            sentences(set: ["listen.host=unix:/s", "admin.host=unix:/s"]) == [
                "--set admin.host is \"unix:/s\", but must be another socket than --set listen.host (\"unix:/s\")."
            ])
    }

    @Test func letsNoUserOfAUnixSocketBeAnAllowedAddress() {
        #expect(sentences(set: ["clients.allow=unix"]).count == 1)
    }

    @Test func rendersATableOfAWSsVariables() {
        let lines = AWSSettings.markdownTable.split(separator: "\n")
        #expect(lines.count == 14)
        #expect(lines[2] == "| `AWS_REGION` |  | the region whose jobs are looked up |")
        #expect(lines.last?.hasPrefix("| `SSL_CERT_FILE` |  | ") == true)
    }

    @Test func rendersATableOfAllKeys() {
        let lines = Settings.markdownTable.split(separator: "\n")
        #expect(lines.count == Settings.definitions.count + 2)
        #expect(lines[0] == "| key | environment | default | changes with | meaning |")
        let row =
            "| `listen.port` | `GATEWAY_LISTEN_PORT` | `8080` | restart "
            + "| port of the public listener; 0 takes any free one |"
        #expect(lines[3] == row)
    }
}
