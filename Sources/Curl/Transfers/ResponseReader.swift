import Formats

/// Puts a response together from the header lines and the pieces of content that libcurl hands over. Refuses one that is too
/// large, encoded or not HTTP. Pure: it does not use libcurl.
struct ResponseReader {
    private enum Stage {
        case statusLine, fields, content
    }

    private let limits: (head: Int, body: Int)
    private var stage = Stage.statusLine
    private var status = 0
    private var headSize = 0
    private var fields: [(name: String, value: String)] = []
    private var body: [UInt8] = []
    /// Set once: why the rest of the response is not read.
    private(set) var error: CurlError?

    init(headLimit: Int, bodyLimit: Int) {
        limits = (headLimit, bodyLimit)
    }

    /// The response, once its head is complete. Only the transfer knows whether its content is complete.
    var response: CurlResponse? {
        guard stage == .content, error == nil else { return nil }
        return CurlResponse(status: status, headers: CurlHeaders(fields), body: body)
    }

    /// Takes one line of the head with its line end, of an interim response too. False: end the transfer.
    mutating func take(line: [UInt8]) -> Bool {
        let text = line.prefix { $0 != UInt8(ascii: "\r") && $0 != UInt8(ascii: "\n") }
        switch stage {
        case .statusLine: readStatus(text)
        case .fields: text.isEmpty ? endHead() : readField(text)
        // Trailer fields are not used (RFC 9110 §6.5.1 lets a recipient drop them).
        case .content: break
        }
        return error == nil
    }

    /// Takes a piece of the content. False: end the transfer.
    mutating func take(content: [UInt8]) -> Bool {
        if body.count + content.count > limits.body { error = .responseTooLarge(limit: limits.body) }
        guard error == nil else { return false }
        if body.isEmpty { body = content } else { body += content }
        return true
    }

    /// `HTTP/1.1 200 OK` (RFC 9112 §4). The reason phrase is not used, and the space before it may be absent, because some
    /// servers leave both out.
    private mutating func readStatus(_ line: ArraySlice<UInt8>) {
        let (minor, code) = (line.dropFirst(7).prefix(2), line.dropFirst(9).prefix(3))
        let rest = line.dropFirst(12)
        guard line.starts(with: "HTTP/1.".utf8), minor.first?.isDigit == true, minor.last == UInt8(ascii: " "),
            code.count == 3, code.allSatisfy(\.isDigit), rest.isEmpty || rest.first == UInt8(ascii: " "),
            let number = Int(String(decoding: code, as: UTF8.self)), number >= 100
        else { return error = .malformedResponse }
        status = number
        stage = .fields
    }

    /// `name: value` (RFC 9112 §5). A folded line has no name and is refused.
    private mutating func readField(_ line: ArraySlice<UInt8>) {
        guard fits(line.count) else { return error = .responseTooLarge(limit: limits.head) }
        let name = String(decoding: line.prefix { $0 != UInt8(ascii: ":") }, as: UTF8.self)
        let value = String(decoding: line.dropFirst(name.utf8.count + 1).trimmingBlanks, as: UTF8.self)
        guard name.isToken, name.utf8.count < line.count, value.isFieldValue, !isEncoding(name, value) else {
            return error = .malformedResponse
        }
        fields.append((name, value))
    }

    /// Whether the field says that the content is compressed. libcurl would hand it over as it is, or inflate it.
    private func isEncoding(_ name: String, _ value: String) -> Bool {
        if name.equals(ignoringCase: "content-encoding") {
            return !value.isEmpty && !value.equals(ignoringCase: "identity")
        }
        return name.equals(ignoringCase: "transfer-encoding") && !value.equals(ignoringCase: "chunked")
    }

    /// After an interim response (RFC 9110 §15.2) the final one begins with a status line of its own. Each interim response
    /// counts as an empty field, so that their number is limited too.
    private mutating func endHead() {
        guard status < 200 else { return stage = .content }
        guard fits(0) else { return error = .responseTooLarge(limit: limits.head) }
        fields = []
        stage = .statusLine
    }

    private mutating func fits(_ lineLength: Int) -> Bool {
        headSize += lineLength + 32
        return headSize <= limits.head
    }
}
