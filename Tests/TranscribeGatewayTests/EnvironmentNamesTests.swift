import MicroHTTPD
import Testing

@testable import TranscribeGateway

@Suite struct EnvironmentNamesTests {
    /// What Kubernetes sets for a Service `gateway` with a named port, and for a Service `gateway-admin`.
    static let serviceLinks = [
        "GATEWAY_SERVICE_HOST": "10.0.0.7", "GATEWAY_SERVICE_PORT": "8080", "GATEWAY_SERVICE_PORT_HTTP": "8080",
        "GATEWAY_PORT": "tcp://10.0.0.7:8080", "GATEWAY_PORT_8080_TCP": "tcp://10.0.0.7:8080",
        "GATEWAY_PORT_8080_TCP_PROTO": "tcp", "GATEWAY_PORT_8080_TCP_PORT": "8080",
        "GATEWAY_PORT_8080_TCP_ADDR": "10.0.0.7", "GATEWAY_ADMIN_SERVICE_HOST": "10.0.0.8",
        "GATEWAY_ADMIN_SERVICE_PORT": "8081",
    ]

    @Test func ignoresWhatKubernetesSets() throws {
        let settings = try load(Self.serviceLinks)
        #expect(settings.ignoredNames == Self.serviceLinks.keys.sorted())
        #expect(settings.listen.port == 8080)
    }

    @Test func readsItsOwnPortsBesideThoseOfKubernetes() throws {
        let settings = try load(["GATEWAY_LISTEN_PORT": "9090", "GATEWAY_SERVICE_PORT": "1"])
        #expect(settings.listen.port == 9090)
        #expect(settings.ignoredNames == ["GATEWAY_SERVICE_PORT"])
    }

    @Test func explainsAServiceWhoseNameHidesAKey() {
        let sentence =
            #"GATEWAY_ADMIN_PORT is "tcp://10.0.0.8:8081", which Kubernetes sets for a Service called gateway-admin "#
            + "unless the pod says enableServiceLinks: false, but must be a port number from 0 to 65535."
        #expect(sentences(["GATEWAY_ADMIN_PORT": "tcp://10.0.0.8:8081"]) == [sentence])
    }

    @Test(arguments: [
        ("GATEWAY_LISTN_PORT", "GATEWAY_LISTEN_PORT"), ("GATEWAY_CACHE_TTL_RUNING", "GATEWAY_CACHE_TTL_RUNNING"),
        ("GATEWAY_LISTEN_IDLETIMEOUT", "GATEWAY_LISTEN_IDLE_TIMEOUT"), ("GATEWAY_LOG_LEVLE", "GATEWAY_LOG_LEVEL"),
    ])
    func suggestsTheNameThatWasMeant(name: String, meant: String) {
        #expect(sentences([name: "9"]) == ["\(name) is not a setting; did you mean \(meant)?"])
    }

    @Test func saysNothingOfOtherNames() throws {
        #expect(try load(["PATH": "/bin", "GATEWAYS": "1", "gateway_listen_port": "1"]).ignoredNames == [])
    }
}
