import Foundation
import Testing

@testable import Tracing

/// The end-to-end tests read the document with the official descriptions; here is each member once.
@Suite struct OTLPDocumentTests {
    private func spans(of spans: [TraceSpan]) throws -> (document: [String: Any], spans: [[String: Any]]) {
        let document = OTLPDocument(
            resource: [SpanAttribute("service.name", "a \"b\"\n")], scope: ("gateway", "1.0")
        ) { UInt64($0) + 1_795_500_546_991_000_000 }
        let bytes = document.bytes(of: spans)
        let object = try #require(JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
        let resource = try #require((object["resourceSpans"] as? [[String: Any]])?.first)
        let scope = try #require((resource["scopeSpans"] as? [[String: Any]])?.first)
        return (resource, try #require(scope["spans"] as? [[String: Any]]))
    }

    private let context = TraceContext(
        trace: TraceID(high: 0x0AF7, low: 0x319C)!, span: SpanID(0x31)!, flags: [.sampled, .random], state: "a=1")

    @Test func writesEveryMember() throws {
        let link = TraceContext(trace: TraceID(high: 1, low: 2)!, span: SpanID(3)!, flags: .sampled)
        let (resource, written) = try spans(of: [
            TraceSpan(
                "GET /", .server, at: context, under: ParentSpan(link, isRemote: true), from: 1, to: 2,
                attributes: [SpanAttribute("a", "ä\u{1}"), SpanAttribute("b", 1 << 53 + 1)], links: [link],
                isError: true)
        ])
        #expect("\(resource["resource"]!)".contains("a \\\"b\\\"\\n"))
        let span = written[0]
        #expect(span["traceId"] as? String == "0000000000000af7000000000000319c")
        #expect(
            span["spanId"] as? String == "0000000000000031" && span["parentSpanId"] as? String == "0000000000000003")
        #expect(span["traceState"] as? String == "a=1" && span["flags"] as? Int == 0x303 && span["kind"] as? Int == 2)
        #expect(span["startTimeUnixNano"] as? String == "1795500546991000001")
        #expect(span["endTimeUnixNano"] as? String == "1795500546991000002")
        let attributes = try #require(span["attributes"] as? [[String: Any]])
        #expect(attributes.map { $0["key"] as? String } == ["a", "b"])
        let values = attributes.map { $0["value"] as? [String: String] }
        #expect(values == [["stringValue": "ä\u{1}"], ["intValue": "9007199254740993"]])
        let links = try #require(span["links"] as? [[String: Any]])
        #expect(links[0]["spanId"] as? String == "0000000000000003" && links[0]["flags"] as? Int == 0x101)
        #expect(span["status"] as? [String: Int] == ["code": 2])
    }

    @Test func leavesOutWhatThereIsNot() throws {
        let written = try spans(of: [
            TraceSpan(
                "a", .client, at: TraceContext(trace: context.trace, span: context.span, flags: .sampled), under: nil,
                from: 5, to: 4, attributes: [], isError: false),
            TraceSpan(
                "b", .client, at: context, under: ParentSpan(context, isRemote: false), from: 5, to: 6, attributes: [],
                isError: false),
        ]).spans
        #expect(
            Set(written[0].keys) == [
                "traceId", "spanId", "flags", "name", "kind", "startTimeUnixNano", "endTimeUnixNano", "attributes",
            ])
        // A span does not end before it began.
        #expect(written[0]["startTimeUnixNano"] as? String == written[0]["endTimeUnixNano"] as? String)
        #expect(written.map { $0["flags"] as? Int } == [0x101, 0x103])
        #expect(written.map { $0["kind"] as? Int } == [3, 3])
    }
}
