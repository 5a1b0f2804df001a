import Gateway
import HTTPExchange
import HTTPTypes
import Synchronization
import Telemetry
import TestSupport
import Testing

@Suite struct AdminTests {
    private let readiness = Readiness()
    private let registry = PrometheusRegistry()

    private func get(
        _ target: String, host: String = "localhost", method: HTTPRequest.Method = .get,
        from peer: UInt32 = 0x7F00_0001,
        of gateway: JobGateway = TestBench().gateway, hosts: [String] = [], allowsRemotePurges: Bool = false
    ) throws -> Reply {
        let request = Request(
            method: method, target: target, host: host, peer: PeerAddress(ipv4: peer), fields: FieldList(list: []))
        let handler = AdminHandler(
            readiness: readiness, registry: registry, gateway: gateway,
            rules: AdminRules(hosts: hosts, allowsRemotePurges: allowsRemotePurges))
        guard case .reply(let reply) = handler.answer(request) else { throw AdminError.waits }
        return reply
    }

    private enum AdminError: Error { case waits }

    @Test func whatStopsIsNeverReadyAgain() throws {
        readiness.endServing(because: "The gateway is stopping.")
        #expect(!readiness.set(.serving, obstacle: nil))
        #expect(try get("/readyz").text == #"{"status":"unready","reasons":{"serving":"The gateway is stopping."}}"#)
    }

    @Test func reportsEachChangeAndWhetherItIsAnEdge() {
        let reports = Mutex<[String]>([])
        let readiness = Readiness { obstacles, isEdge in
            reports.withLock { $0.append("\(obstacles.map(\.reason)) \(isEdge)") }
        }
        readiness.set(.serving, obstacle: nil)
        for reason in ["one", "one", "two", nil] { readiness.set(.credentials, obstacle: reason) }
        readiness.endServing(because: "stop")
        #expect(
            reports.withLock { $0 } == [
                "[] true", #"["one"] true"#, #"["two"] false"#, "[] true", #"["stop"] true"#,
            ])
    }

    @Test func isAliveBeforeItIsReady() throws {
        #expect(try get("/livez").status == .ok)
        let unready = try get("/readyz")
        #expect(unready.status == .serviceUnavailable)
        #expect(unready.text == #"{"status":"unready","reasons":{"serving":"The gateway is starting."}}"#)
        readiness.set(.serving, obstacle: nil)
        #expect(try get("/readyz").text == #"{"status":"ready"}"#)
    }

    @Test func saysWhyItIsNotReady() throws {
        readiness.set(.serving, obstacle: nil)
        readiness.set(.credentials, obstacle: "no profile")
        #expect(try get("/readyz").text == #"{"status":"unready","reasons":{"credentials":"no profile"}}"#)
    }

    @Test func rendersMetrics() throws {
        let reply = try get("/metrics")
        #expect(reply.field("Content-Type") == PrometheusRegistry.contentType)
        #expect(reply.text.contains("# TYPE"))
    }

    @Test(arguments: [
        ("localhost:8081", 200), ("127.0.0.1", 200), ("10.1.2.3:8081", 200), ("[::1]:8081", 200),
        ("evil.example", 421), ("1.2.3.4.evil", 421), ("127.0.0.1.evil:80", 421), ("localhost:evil.example", 421),
        ("127.0.0.1:evil.example", 421), ("[::1]evil.example", 421), ("[evil.example]", 421), ("[::1", 421), ("[", 421),
        ("[]", 421),
        ("127.0.0.1:65536", 421), ("localhost:80\u{301}", 421), ("localhost\u{301}", 421), ("127.0.0.1\u{301}", 421),
    ])
    func answersForAddressesOnly(host: String, status: Int) throws {
        #expect(try get("/livez", host: host).status.code == status)
    }

    @Test(arguments: [
        ("gateway-admin", 200), ("Gateway-Admin:8081", 200), ("gateway.svc.cluster.local", 200), ("10.1.2.3", 200),
        ("localhost", 200), ("evil.example", 421), ("gateway-admin.evil.example", 421), ("gateway", 421),
        ("gateway-admin:evil", 421), ("*", 421),
    ])
    func answersForNamesToo(host: String, status: Int) throws {
        let names = ["gateway-admin", "gateway.svc.cluster.local"]
        #expect(try get("/livez", host: host, hosts: names).status.code == status)
    }

    @Test func namesTheKeyToAName() throws {
        #expect(try get("/livez", host: "evil.example").text.contains("admin.hosts"))
    }

    @Test func knowsItsRoutesAndMethods() throws {
        #expect(try get("/jobs/a").status == .notFound)
        #expect(try get("/livez", method: .post).status == .methodNotAllowed)
    }

    @Test(arguments: ["/cache/jobs/a", "/cache", "/cache/jobs/%61"])
    func purges(target: String) async throws {
        try await TestBench().run { bench in
            bench.source.put("a", .finished("a"))
            _ = await bench.get("/jobs/a")
            let purge = try get(target, method: .delete, of: bench.gateway)
            #expect(purge.status == .noContent)
            #expect(await bench.get("/jobs/a").field("Cache-Status") == "transcribe-gateway; fwd=miss; stored")
            #expect(bench.source.calls == 2)
        }
    }

    @Test func letsAPurgeWinOverAFlight() async throws {
        try await TestBench().run { bench in
            bench.source.put("a", .finished("a"))
            bench.source.closeGate()
            async let waited = bench.get("/jobs/a")
            #expect(await eventually { bench.source.held == 1 })
            let purge = try get("/cache/jobs/a", method: .delete, of: bench.gateway)
            #expect(purge.status == .noContent)
            bench.source.openGate()
            #expect(await waited.status == .ok)
            #expect(await waited.field("Cache-Status") == "transcribe-gateway; fwd=miss")
            #expect(await bench.get("/jobs/a").field("Cache-Status") == "transcribe-gateway; fwd=miss; stored")
        }
    }

    @Test func purgesForThisMachineAloneUnlessToldOtherwise() throws {
        let stranger: UInt32 = 0x0A00_0001
        let refused = try get("/cache", method: .delete, from: stranger)
        #expect(refused.status == .forbidden)
        #expect(refused.text.contains("admin.purge=true"))
        #expect(try get("/cache", method: .delete, from: stranger, allowsRemotePurges: true).status == .noContent)
    }

    @Test func knowsWhatCanBePurged() throws {
        #expect(try get("/cache/jobs/a%20b", method: .delete).status == .badRequest)
        #expect(try get("/cache/jobs/", method: .delete).status == .badRequest)
        #expect(try get("/cache/", method: .delete).status == .notFound)
        #expect(try get("/cache").field("Allow") == "DELETE")
    }
}
