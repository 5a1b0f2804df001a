import Crypto
import Formats
import Foundation
import HTTPExchange
import HTTPTypes
import Telemetry
import Testing
import Transcribe

@testable import Gateway

@Suite struct AccessLogTests {
    private let names = NameHash(key: SymmetricKey(data: Array("a key of the tests, 32 bytes long".utf8)))

    /// The lines that a gateway writes while `body` asks.
    private func lines(
        _ adjust: (inout GatewayOptions) -> Void = { _ in }, names: NameHash? = nil,
        _ body: (TestBench) async throws -> Void
    ) async throws -> [[String: Any]] {
        let pipe = Pipe()
        let writer = LogWriter(
            descriptor: pipe.fileHandleForWriting.fileDescriptor, format: .json, delay: .milliseconds(1)
        ) { Timestamp(millisecondsSinceEpoch: 0) }
        try await TestBench(log: writer, names: names ?? self.names, adjust).run(body)
        writer.flush(within: .seconds(10))
        try pipe.fileHandleForWriting.close()
        let text = try pipe.fileHandleForReading.readToEnd() ?? Data()
        return try text.split(separator: UInt8(ascii: "\n")).map { line in
            try #require(JSONSerialization.jsonObject(with: Data(line)) as? [String: Any])
        }
    }

    @Test func namesNoProbe() async throws {
        let lines = try await lines { bench in
            for target in ["/livez", "/readyz", "/nowhere"] { _ = await bench.get(target) }
        }
        #expect(lines.map { $0["http.response.status_code"] as? Int } == [404])
    }

    @Test func countsTheBytesOfTheContentThatWentOut() async throws {
        var whole = 0
        let lines = try await lines { bench in
            bench.source.put("a", .finished("a"))
            let reply = await bench.get("/jobs/a")
            whole = reply.body.bytes.count
            let tag = try #require(reply.field("ETag"))
            let known = await bench.get("/jobs/a", [(.ifNoneMatch, tag)])
            #expect(known.status == .notModified)
            _ = await bench.get("/jobs/a", method: .head)
            _ = await bench.get("/jobs/a%00", method: .head)
            _ = await bench.get("/jobs/a", method: .options)
            #expect(await bench.get("/style.css", [(.ifNoneMatch, "*")]).status == .notModified)
        }
        #expect(whole > 20)
        #expect(lines.map { $0["http.response.status_code"] as? Int } == [200, 304, 200, 400, 204, 304])
        #expect(lines.map { $0["http.response.body.size"] as? Int } == [whole, 0, 0, 0, 0, 0])
    }

    @Test func namesTheCallToAWSThatBroughtTheAnswer() async throws {
        let lines = try await lines { bench in
            bench.source.nameCalls()
            bench.source.put("a", .finished("a"))
            _ = await bench.get("/jobs/a")
            _ = await bench.get("/jobs/a")
            #expect(await bench.get("/jobs/missing").status == .notFound)
        }
        #expect(lines.map { $0["outcome"] as? String } == ["miss", "hit", "miss"])
        #expect(lines.map { $0["aws.request_id"] as? String } == ["aws-1", nil, "aws-2"])
    }

    @Test func namesAJobByItsHash() async throws {
        let lines = try await lines { bench in
            bench.source.put("visit-42", .finished("visit-42"))
            _ = await bench.get("/jobs/visit-42")
            _ = await bench.get("/jobs/visit-42?view=full", [(.init("X-Request-Id")!, "mine")])
            #expect(await bench.get("/jobs/visit-43").status == .notFound)
        }
        let hashes = try ["visit-42", "visit-42", "visit-43"].map {
            String(hexadecimal: names.hash(of: try JobName($0)))
        }
        #expect(lines.map { $0["job"] as? String } == hashes)
        #expect(!"\(lines)".contains("visit"))
    }

    /// With the problems of the request itself too, once its names have been read.
    @Test(arguments: [false, true]) func saysHowManyJobsABatchNames(showsNames: Bool) async throws {
        let names = showsNames ? NameHash(showsNames: true) : names
        let lines = try await lines({ $0.clientLimit?.burst = 6 }, names: names) { bench in
            bench.source.put("visit-42", .finished("visit-42"))
            _ = await bench.get("/jobs?name=visit-42,visit-43,visit-42")
            _ = await bench.get("/jobs?name=visit-42,visit-43")
            _ = await bench.get("/jobs?name=visit-42", [(.accept, "text/html")])
            _ = await bench.get("/jobs?name=visit-42,visit-43,visit-44")
            _ = await bench.get("/jobs?name=visit-42,")
        }
        #expect(lines.map { $0["names"] as? Int } == [2, 2, 1, 3, nil])
        #expect(lines.map { $0["outcome"] as? String } == ["miss", "hit", "fixed", "limited", "refused"])
        #expect(lines.map { $0["problem"] as? String } == [nil, nil, nil, "quota-exceeded", "invalid-job-name"])
        #expect(lines.allSatisfy { $0["job"] == nil })
        #expect(!"\(lines)".contains("visit"))
    }

    @Test func namesAJobWhereTheOperatorWantsNames() async throws {
        let lines = try await lines(names: NameHash(showsNames: true)) { _ = await $0.get("/jobs/visit-42") }
        #expect(lines.map { $0["job"] as? String } == ["visit-42"])
    }

    /// What the log may show is what it may when the line is written.
    @Test(arguments: [true, false]) func aStreamIsNamedAsTheOperatorWantsAtItsEnd(showsNames: Bool) async throws {
        let name = try JobName("visit-42")
        let names = NameHash(showsNames: !showsNames)
        let lines = try await lines(names: names) { bench in
            bench.source.put("visit-42", .running("visit-42"))
            try await stream(from: bench) { names.show(names: showsNames) }
        }
        #expect(lines.last?["events"] as? Int == 1)
        #expect(lines.last?["job"] as? String == (showsNames ? "visit-42" : String(hexadecimal: names.hash(of: name))))
    }

    @Test func aStreamThatBeganWhileNoLogWasKeptHasAWholeLine() async throws {
        let name = try JobName("visit-42")
        let lines = try await lines({ $0.clients.trustedProxies = [AddressRange("10.0.0.0/8")!] }) { bench in
            bench.source.put("visit-42", .running("visit-42"))
            bench.gateway.recorder.keepAccessLog(false)
            try await stream(from: bench) { bench.gateway.recorder.keepAccessLog(true) }
        }
        #expect(lines.map { $0["job"] as? String } == [String(hexadecimal: names.hash(of: name))])
        #expect(lines.map { $0["client.address"] as? String } == ["192.0.2.7"])
        #expect(lines.map { $0["requestId"] as? String } == ["mine"])
    }

    /// Streams a job through a proxy, and changes something before the stream ends.
    private func stream(from bench: TestBench, _ change: () -> Void) async throws {
        _ = await bench.get("/jobs/visit-42")
        let proxy = PeerAddress(ipv4: 0x0A00_0001)
        let request = Request(
            method: .get, target: "/jobs/visit-42/events", host: "localhost", peer: proxy,
            fields: FieldList(list: [(.init("X-Forwarded-For")!, "192.0.2.7"), (.init("X-Request-Id")!, "mine")]))
        let record = request.record
        guard case .reply(let reply) = bench.gateway.answer(request) else { throw StreamClient.NoStream() }
        let client = try StreamClient(reply)
        #expect(client.read()?.contains("event: job") == true)
        change()
        client.leave()
        bench.gateway.finish(record, of: proxy, wasSent: true)
    }

    @Test func aPurgeShowsTheHashOfTheJob() async throws {
        let name = try JobName("visit-42")
        let lines = try await lines { bench in
            bench.gateway.purge(name)
            bench.gateway.purge()
        }
        #expect(lines.map { $0["message"] as? String } == ["purged", "purged"])
        #expect(lines.map { $0["job"] as? String } == [String(hexadecimal: names.hash(of: name)), "all"])
        #expect(!"\(lines)".contains("visit"))
    }

    @Test func aPurgeShowsTheNameWhereTheOperatorWantsNames() async throws {
        let lines = try await lines(names: NameHash(showsNames: true)) { $0.gateway.purge(try JobName("visit-42")) }
        #expect(lines.map { $0["job"] as? String } == ["visit-42"])
    }

    @Test func namesTheTraceThatARequestContinues() async throws {
        let name = HTTPField.Name("traceparent")!
        let lines = try await lines { bench in
            let valid = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"
            _ = await bench.get("/jobs/visit-42", [(name, valid)])
            _ = await bench.get("/jobs/visit-42", [(name, valid.uppercased())])
            _ = await bench.get("/jobs/visit-42")
        }
        #expect(lines.map { $0["trace_id"] as? String } == ["0af7651916cd43dd8448eb211c80319c", nil, nil])
        #expect(lines.map { $0["span_id"] as? String } == ["b7ad6b7169203331", nil, nil])
    }
}
