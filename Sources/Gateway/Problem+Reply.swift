import HTTPExchange
import HTTPTypes
import Telemetry

extension Problem {
    /// The problem for this request: a document, or a page for whoever prefers one.
    func reply(to visit: Visit) -> Reply {
        var fields = FieldBlock(reserving: 512)
        if visit.prefersHTML {
            fields.append(contentsOf: .page)
        } else {
            fields.append(.contentType, "application/problem+json")
            fields.append(.cacheControl, "no-store")
        }
        fields.append(.vary, "Accept, Origin")
        fields.append(contentsOf: .security)
        fields.append(visit)
        if let allow { fields.append(.allow, allow) }
        if let retryAfter { fields.append(starting: .retryAfter) { $0.write(retryAfter) } }
        let page = visit.prefersHTML ? Page(self, requestID: visit.id.text).body : nil
        return Reply(status: status, fields: fields, body: page ?? Body(document(for: visit)))
    }

    /// The members of RFC 9457 §3.1, and ours.
    private func document(for visit: Visit) -> [UInt8] {
        var text = TextBuffer()
        text.openObject()
        text.member("type", type.uri)
        text.member("title", type.title)
        text.member("status", status.code)
        text.member("detail", detail)
        text.member("instance", visit.path)
        text.member("requestId", visit.id.text)
        text.member("awsRequestId", awsRequestID)
        if type == .quotaExceeded { text.appendViolatedPolicies() }
        text.closeObject()
        return text.bytes
    }
}

extension TextBuffer {
    /// The member that the registered quota-exceeded type asks for; "client" is the name in `RateLimit-Policy`.
    fileprivate mutating func appendViolatedPolicies() {
        key("violated-policies")
        openArray()
        string("client")
        closeArray()
    }
}
