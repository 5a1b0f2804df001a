import Gateway
import HTTPExchange
import HTTPTypes
import Telemetry
import Testing

@Suite struct AdminTests {
    private let readiness = Readiness()
    private let registry = PrometheusRegistry()

    private func get(_ target: String, host: String = "localhost", method: HTTPRequest.Method = .get) throws -> Reply {
        let request = Request(
            method: method, target: target, host: host, peer: PeerAddress(ipv4: 0x7F00_0001),
            fields: FieldList(list: []))
        let handler = AdminHandler(readiness: readiness, registry: registry)
        guard case .reply(let reply) = handler.answer(request) else { throw AdminError.waits }
        return reply
    }

    private enum AdminError: Error { case waits }

    @Test func isAliveBeforeItIsReady() throws {
        #expect(try get("/livez").status == .ok)
        let unready = try get("/readyz")
        #expect(unready.status == .serviceUnavailable)
        #expect(unready.text == #"{"status":"unready","reasons":{"serving":"The gateway is starting."}}"#)
        readiness.note(.serving, obstacle: nil)
        #expect(try get("/readyz").text == #"{"status":"ready"}"#)
    }

    @Test func saysWhyItIsNotReady() throws {
        readiness.note(.serving, obstacle: nil)
        readiness.note(.credentials, obstacle: "no profile")
        #expect(try get("/readyz").text == #"{"status":"unready","reasons":{"credentials":"no profile"}}"#)
    }

    @Test func rendersMetrics() throws {
        let reply = try get("/metrics")
        #expect(reply.field("Content-Type") == PrometheusRegistry.contentType)
        #expect(reply.text.contains("# TYPE"))
    }

    @Test(arguments: [
        ("localhost:8081", 200), ("127.0.0.1", 200), ("10.1.2.3:8081", 200), ("[::1]:8081", 200),
        ("evil.example", 421), ("1.2.3.4.evil", 421), ("127.0.0.1.evil:80", 421),
    ])
    func answersForAddressesOnly(host: String, status: Int) throws {
        #expect(try get("/livez", host: host).status.code == status)
    }

    @Test func knowsItsRoutesAndMethods() throws {
        #expect(try get("/jobs/a").status == .notFound)
        #expect(try get("/livez", method: .post).status == .methodNotAllowed)
    }
}
