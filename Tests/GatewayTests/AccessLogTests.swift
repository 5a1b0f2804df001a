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
