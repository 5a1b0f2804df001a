import Testing

@testable import Tracing

/// The cases of W3C's own suite (w3c/trace-context, test/test.py), of its specification, and their neighbours.
@Suite struct TraceContextTests {
    private static let trace = "12345678901234567890123456789012"
    private static let span = "1234567890123456"

    private func read(_ traceparent: String, state: String? = nil) -> TraceContext? {
        TraceContext(traceparent: traceparent) { state }
    }

    @Test(arguments: [
        "00-\(trace)-\(span)-01", "00-\(trace)-\(span)-00", "00-\(trace)-\(span)-ff",
        // A later version may have more behind another dash.
        "cc-\(trace)-\(span)-01", "cc-\(trace)-\(span)-01-what-the-future-will-be-like", "01-\(trace)-\(span)-01-",
        "fe-\(trace)-\(span)-01",
        // Blanks around a value are no part of it (RFC 9110 §5.5).
        " 00-\(trace)-\(span)-01", "\t00-\(trace)-\(span)-01", "00-\(trace)-\(span)-01 ", "00-\(trace)-\(span)-01\t",
        "\t 00-\(trace)-\(span)-01 \t",
    ])
    func readsWhatIsValid(value: String) throws {
        let context = try #require(read(value))
        #expect(context.trace.text == Self.trace)
        #expect(context.span.text == Self.span)
    }

    @Test(arguments: [
        // Version 00 has nothing behind the flags.
        "00-\(trace)-\(span)-01.", "00-\(trace)-\(span)-01-what-the-future-will-be-like", "00-\(trace)-\(span)-01-",
        "cc-\(trace)-\(span)-01.what-the-future-will-be-like", "cc-\(trace)-\(span)-011", "cc-\(trace)-\(span)-0",
        "ff-\(trace)-\(span)-01", "FF-\(trace)-\(span)-01",
        ".0-\(trace)-\(span)-01", "0.-\(trace)-\(span)-01", "000-\(trace)-\(span)-01", "0000-\(trace)-\(span)-01",
        "0-\(trace)-\(span)-01",
        "00-00000000000000000000000000000000-\(span)-01", "00-.2345678901234567890123456789012-\(span)-01",
        "00-1234567890123456789012345678901.-\(span)-01", "00-123456789012345678901234567890123-\(span)-01",
        "00-1234567890123456789012345678901-\(span)-01",
        "00-\(trace)-0000000000000000-01", "00-\(trace)-.234567890123456-01", "00-\(trace)-123456789012345.-01",
        "00-\(trace)-12345678901234567-01", "00-\(trace)-123456789012345-01",
        "00-\(trace)-\(span)-.0", "00-\(trace)-\(span)-0.", "00-\(trace)-\(span)-001", "00-\(trace)-\(span)-1",
        // Capitals.
        "00-ABCDEF78901234567890123456789012-\(span)-01", "00-\(trace)-ABCDEF7890123456-01", "00-\(trace)-\(span)-0A",
        "0A-\(trace)-\(span)-01", "00-\(trace)-A234567890123456-01",
        // Two fields, as they are joined.
        "00-12345678901234567890123456789011-\(span)-01, 00-\(trace)-\(span)-01", "00-\(trace)-\(span)-01,",
        // Other separators and what only looks like a digit.
        "00_\(trace)-\(span)-01", "00-\(trace)_\(span)-01", "00-\(trace)-\(span)_01", "00-\(trace)-\(span)-٠١",
        "００-\(trace)-\(span)-01", "00-\(trace)-\(span)-0\u{301}1", "00-\(trace)-\(span)-01\u{301}",
        "", " ", "00", "00-", String(repeating: "0", count: 55), String(repeating: "-", count: 55),
    ])
    func continuesNothingElse(value: String) {
        #expect(read(value) == nil)
    }

    @Test(arguments: [("00", 0), ("01", 1), ("02", 2), ("03", 3), ("05", 1), ("fe", 2), ("ff", 3)])
    func keepsTheFlagsThatHaveAMeaning(text: String, flags: UInt8) throws {
        #expect(try #require(read("00-\(Self.trace)-\(Self.span)-\(text)")).flags.rawValue == flags)
    }

    @Test func aZeroByteIsNoZeroIdentifier() throws {
        let context = try #require(read("00-00000000000000010000000000000000-0000000000000001-01"))
        #expect((context.trace.high, context.trace.low, context.span.number) == (1, 0, 1))
    }

    @Test func theStateIsNotReadWithoutATrace() {
        #expect(TraceContext(traceparent: "ff-\(Self.trace)-\(Self.span)-01") { fatalError("is not asked") } == nil)
    }

    @Test func aBadStateDoesNotEndTheTrace() throws {
        let context = try #require(read("00-\(Self.trace)-\(Self.span)-01", state: "FOO=1"))
        #expect(context.state == nil)
        #expect(context.trace.text == Self.trace)
    }

    private static let key = "abcdefghijklmnopqrstuvwxyz0123456789_-*/"
    private static let value = String(decoding: (0x20...0x7E).filter { ![0x2C, 0x3D].contains($0) }, as: UTF8.self)

    @Test(arguments: [
        ("foo=1,bar=2", "foo=1,bar=2"), ("foo=1,", "foo=1"), (",foo=1", "foo=1"), ("foo=1, ,\t,bar=2", "foo=1,bar=2"),
        // Several fields, as they are joined; and a key twice, which may stay.
        ("foo=1,bar=2, rojo=1,congo=2, baz=3", "foo=1,bar=2,rojo=1,congo=2,baz=3"), ("foo=1,foo=2", "foo=1,foo=2"),
        ("\(key)=\(value)", "\(key)=\(value)"), ("\(key)@a-z0-9_-*/=\(value)", "\(key)@a-z0-9_-*/=\(value)"),
        ("foo=1 \t , \t bar=2, \t baz=3", "foo=1,bar=2,baz=3"), ("\t foo=1 \t", "foo=1"),
        ("foo@=1,bar=2", "foo@=1,bar=2"), ("foo@@bar=1", "foo@@bar=1"), ("0foo=1", "0foo=1"), ("foo=  1", "foo=  1"),
        (String(repeating: "k", count: 256) + "=1", String(repeating: "k", count: 256) + "=1"),
        ("k=" + String(repeating: "v", count: 256), "k=" + String(repeating: "v", count: 256)),
    ])
    func keepsAValidState(value: String, kept: String) {
        #expect(TraceState(value)?.text == kept)
    }

    @Test(arguments: [
        "", " ", ",", " ,\t", "foo", "=1", "foo=", "foo=,bar=3", "foo=bar=baz", "foo =1", "FOO=1", "foo.bar=1",
        "@foo=1,bar=2", "_foo=1", "foo=1\u{7F}", "foo=\u{E9}", "foo=1\tbar=2", "foo=1,bar",
        String(repeating: "k", count: 257) + "=1", "k=" + String(repeating: "v", count: 257),
        String(repeating: "k=1,", count: 200),
    ])
    func dropsAnInvalidState(value: String) {
        #expect(TraceState(value) == nil)
    }

    @Test(arguments: [(31, true), (32, true), (33, false)])
    func boundsTheMembersOfAState(count: Int, isKept: Bool) {
        let value = (1...count).map { "bar\($0)=\($0)" }.joined(separator: ",")
        #expect(value.utf8.count < TraceState.mostBytes)
        #expect((TraceState(value) != nil) == isKept)
    }

    @Test(arguments: [(254, true), (255, false)])
    func boundsTheBytesOfAState(length: Int, isKept: Bool) {
        let value = "k=" + String(repeating: "v", count: 254) + ",j=" + String(repeating: "v", count: length - 1)
        #expect((value.utf8.count <= TraceState.mostBytes) == isKept)
        #expect((TraceState(value) != nil) == isKept)
    }
}
