import Formats
import HTTPExchange

/// The header checks that libmicrohttpd leaves out; without them it is open to request smuggling. A refusal is queued in the
/// request's first callback, so the connection closes and nothing after the header section is read as a request.
struct HeaderChecks {
    /// Whether the header section announces content.
    private(set) var hasContent = false
    private(set) var contentLength = 0
    private(set) var host = ""
    /// Whether the client waits for a 100 (Continue).
    private(set) var expectsContinue = false
    /// Bytes of the cookies.
    private(set) var cookieBytes = 0

    /// Whether there is a `traceparent`.
    private(set) var hasTraceParent = false

    private var hosts = 0
    private var contentLengths = 0
    private var transferCodings = 0
    private var isChunked = false

    /// - Throws: ``Refusal`` for the first check that fails.
    init(method: String, isHTTP10: Bool, lines: [FieldLine]) throws(Refusal) {
        guard method.isToken else {
            throw .malformed("the method is no token")
        }
        let tokens = ASCIISet.token
        for line in lines { try read(line, tokens) }
        try checkHost(isHTTP10)
        try checkContent(method, isHTTP10)
    }

    private mutating func read(_ line: FieldLine, _ tokens: ASCIISet) throws(Refusal) {
        guard unsafe !line.name.isEmpty, unsafe line.name.allSatisfy({ tokens.contains($0) }) else {
            throw .malformed("a header field's name is no token")
        }
        guard unsafe line.value.allSatisfy(\.isFieldContent) else {
            throw .malformed("a header field's value holds a control character")
        }
        switch unsafe line.name.count {
        case 4 where line.isNamed("host"):
            hosts += 1
            host = line.text
        case 6 where line.isNamed("expect"):
            guard line.holds("100-continue") else { throw .unknownExpectation }
            expectsContinue = true
        case 6 where line.isNamed("cookie"):
            cookieBytes += unsafe line.value.count
        case 11 where line.isNamed("traceparent"):
            hasTraceParent = true
        case 14 where line.isNamed("content-length"):
            contentLengths += 1
            contentLength = try Self.length(line)
        case 17 where line.isNamed("transfer-encoding"):
            transferCodings += 1
            isChunked = line.holds("chunked")
        default: break
        }
    }

    /// RFC 9110 §8.6: digits only. A length beyond the largest Int is refused too.
    private static func length(_ line: FieldLine) throws(Refusal) -> Int {
        guard unsafe !line.value.isEmpty, unsafe line.value.allSatisfy(\.isDigit), let length = Int(line.text) else {
            throw .malformed("Content-Length is no decimal number")
        }
        return length
    }

    /// RFC 9112 §3.2: exactly one in HTTP/1.1, and of one host only.
    private func checkHost(_ isHTTP10: Bool) throws(Refusal) {
        guard hosts == 1 || hosts == 0 && isHTTP10 else {
            throw .malformed("exactly one Host header field is needed")
        }
        let outside = ASCIISet.outsideHost
        guard hosts == 0 || !host.isEmpty && host.hasOnly({ !outside.contains($0) }) else {
            throw .malformed("the Host header field is no host")
        }
    }

    /// RFC 9112 §6.1 and §6.3: one way to say how long the content is.
    private mutating func checkContent(_ method: String, _ isHTTP10: Bool) throws(Refusal) {
        guard contentLengths <= 1, transferCodings <= 1, contentLengths + transferCodings <= 1 else {
            throw .malformed("Content-Length and Transfer-Encoding may be given once, and not both")
        }
        if transferCodings == 1 {
            guard !isHTTP10 else { throw .malformed("HTTP/1.0 knows no Transfer-Encoding") }
            guard isChunked else { throw .unknownTransferCoding }
        }
        hasContent = contentLength > 0 || transferCodings == 1
        if hasContent && (method == "GET" || method == "HEAD") { throw .bodyNotAllowed }
    }
}

/// One header field line in libmicrohttpd's receive buffer. Valid until the request is completed.
@safe struct FieldLine {
    let name: UnsafeRawBufferPointer
    let value: UnsafeRawBufferPointer

    init(name: UnsafePointer<CChar>?, _ nameSize: Int, value: UnsafePointer<CChar>?, _ valueSize: Int) {
        unsafe self.name = UnsafeRawBufferPointer(start: name, count: nameSize)
        unsafe self.value = UnsafeRawBufferPointer(start: value, count: valueSize)
    }

    /// Whether the name is this one, which is given in lower case (RFC 9110 §5.1: names are case-insensitive).
    func isNamed(_ lowercased: String) -> Bool { unsafe Self.equal(name, lowercased) }

    /// Whether the value is this one, which is given in lower case, but for the case of ASCII letters.
    func holds(_ lowercased: String) -> Bool { unsafe Self.equal(value, lowercased) }

    var nameText: String { unsafe String(decoding: name, as: UTF8.self) }

    var text: String { unsafe String(decoding: value, as: UTF8.self) }

    @inline(__always)
    private static func equal(_ bytes: UnsafeRawBufferPointer, _ lowercased: String) -> Bool {
        var lowercased = lowercased
        return lowercased.withUTF8 { expected in
            guard expected.count == bytes.count else { return false }
            for index in expected.indices where unsafe bytes[index].lowercased != expected[index] { return false }
            return true
        }
    }
}
