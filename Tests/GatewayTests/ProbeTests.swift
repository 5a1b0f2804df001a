import Gateway
import HTTPExchange
import HTTPTypes
import RateLimiting
import Telemetry
import TestSupport
import Testing

/// `/livez` and `/readyz` of the public listener.
@Suite struct ProbeTests {
    @Test func saysInOneWordWhetherItIsReady() async {
        let bench = TestBench()
        #expect(await bench.get("/livez").text == "alive\n")
        let unready = await bench.get("/readyz")
        #expect(unready.status == .serviceUnavailable)
        #expect(unready.text == "unready\n")
        bench.readiness.set(.serving, obstacle: nil)
        let ready = await bench.get("/readyz")
        #expect(ready.status == .ok)
        #expect(ready.text == "ready\n")
        #expect(ready.field("Content-Type") == "text/plain; charset=utf-8")
        #expect(ready.field("Cache-Control") == "no-store")
        #expect(ready.field("X-Content-Type-Options") == "nosniff")
    }

    @Test func tellsNoDetails() async {
        let bench = TestBench()
        bench.readiness.set(.credentials, obstacle: "The secret place is gone.")
        #expect(await bench.get("/readyz").text == "unready\n")
    }

    @Test(arguments: ["/livez", "/readyz"])
    func answersWhoeverAsks(path: String) async {
        let bench = TestBench {
            $0.hosts = .only(["gateway.example"])
            $0.clients = ClientRule(trustedProxies: [AddressRange("127.0.0.1")!], allowed: [AddressRange("192.0.2.1")!])
            $0.clientLimit = ClientLimitOptions(rate: Rate(1, per: .seconds(3600)), burst: 1, isShadow: false)
        }
        bench.readiness.set(.serving, obstacle: nil)
        for method in [HTTPRequest.Method.get, .head] {
            for _ in 0..<5 {
                let forwarded = [(HTTPField.Name("X-Forwarded-For")!, "no address")]
                let reply = await bench.get(path, forwarded, method: method, host: "10.1.2.3:8080")
                #expect(reply.status == .ok)
                #expect(reply.field("RateLimit") == nil)
            }
        }
    }

    @Test func countsProbesAndNoRequests() async {
        let bench = TestBench()
        for _ in 0..<3 { _ = await bench.get("/livez") }
        _ = await bench.get("/readyz")
        // The server asks its own threads.
        #expect(await bench.get("/livez", peer: .server).text == "alive\n")
        let metrics = String(decoding: bench.registry.render(), as: UTF8.self)
        #expect(metrics.contains("transcribe_gateway_probes_total{path=\"/livez\",status=\"200\"} 3\n"))
        #expect(metrics.contains("transcribe_gateway_probes_total{path=\"/readyz\",status=\"503\"} 1\n"))
        #expect(!metrics.contains("transcribe_gateway_requests_total{status=\"503\"} 1\n"))
        let duration = "transcribe_gateway_request_duration_seconds_count{route=\"fixed\",outcome=\"fixed\"}"
        #expect(!metrics.contains("\(duration) 1\n"))
    }

    @Test(arguments: [
        ("/livez?verbose", HTTPRequest.Method.get, 400), ("/readyz?", .get, 400), ("/readyz", .post, 405),
        ("/readyz", .options, 204), ("/readyz/", .get, 404), ("/livezz", .get, 404), ("//livez", .get, 404),
    ])
    func treatsAllElseAsARequest(target: String, method: HTTPRequest.Method, status: Int) async {
        let bench = TestBench()
        bench.readiness.set(.serving, obstacle: nil)
        #expect(await bench.get(target, method: method).status.code == status)
    }
}
