import AWSEndpoints
import Formats
import Tracing

// How the values of OpenTelemetry's variables are written.

/// A header field that a setting adds to requests. It may be a secret: it is never printed.
struct HeaderField: Equatable, Sendable {
    let name: String
    let value: String
}

extension HeaderField: CustomStringConvertible, CustomReflectable {
    var description: String { "\(name): (secret)" }
    var customMirror: Mirror { Mirror(self, children: []) }
}

extension ValueKind where Value == EndpointURL {
    /// A user name would stand in the log, and a query is no part of a path that can be lengthened.
    static let url = Self(allowed: "an http or https URL without user name, query and fragment") { text in
        text.utf8.contains(UInt8(ascii: "?")) ? nil : EndpointURL(text)
    }
}

extension ValueKind where Value == String {
    static let onlyProtocol = Self(allowed: "http/json") { $0 == "http/json" ? $0 : nil }
    static let anyProtocol = Self(allowed: "a protocol") { $0 }
    static let attributeText = Self(allowed: "a text of at most 255 bytes without control characters") { text in
        text.utf8.count <= 255 && !text.utf8.contains(where: \.isControl) ? text : nil
    }
}

extension ValueKind where Value == Double {
    static let ratio = Self(allowed: "a number from 0 to 1, written like 0.25") { text in
        guard text.utf8.allSatisfy({ $0.isDigit || $0 == UInt8(ascii: ".") }), let number = Double(text) else {
            return nil
        }
        return (0...1).contains(number) ? number : nil
    }
}

extension ValueKind where Value == [HeaderField] {
    /// As W3C Baggage writes its members. Fields that the client writes itself are refused.
    static let headers = Self(
        allowed: "name=value with commas between them, percent-encoded, without Content-Type and Content-Length",
        isSecret: true
    ) { text in
        members(of: text).flatMap { members in
            let fields = members.map { HeaderField(name: $0.key, value: $0.value) }
            return fields.allSatisfy(\.isAllowed) ? fields : nil
        }
    }
}

extension HeaderField {
    private static let own = ["content-type", "content-length", "transfer-encoding", "host", "user-agent"]

    fileprivate var isAllowed: Bool {
        name.isToken && value.isFieldValue && !Self.own.contains { name.equals(ignoringCase: $0) }
    }
}

extension ValueKind where Value == [SpanAttribute] {
    static let resource = Self(allowed: "key=value with commas between them, percent-encoded, each key once") { text in
        members(of: text).flatMap { members in
            let names = Set(members.map { Array($0.key.utf8) })
            guard names.count == members.count, members.count <= 128 else { return nil }
            let texts = members.flatMap { [$0.key, $0.value] }
            guard texts.allSatisfy({ $0.utf8.count <= 1_024 && !$0.utf8.contains(where: \.isControl) }) else {
                return nil
            }
            return members.map { SpanAttribute($0.key, $0.value) }
        }
    }
}

extension ValueKind {
    /// The members of a list `key=value,key=value` (W3C Baggage §3.3.1, without properties); nil if one is no member.
    fileprivate static func members(of text: String) -> [(key: String, value: String)]? {
        var members: [(key: String, value: String)] = []
        for part in text.utf8.split(separator: UInt8(ascii: ",")) {
            let member = part.trimmingBlanks
            if member.isEmpty { continue }
            guard let sign = member.firstIndex(of: UInt8(ascii: "=")),
                let key = decoded(member[..<sign].trimmingBlanks), !key.isEmpty,
                let value = decoded(member[sign...].dropFirst().trimmingBlanks)
            else { return nil }
            members.append((key, value))
        }
        return members
    }

    /// Nil for what is not well-formed, or no UTF-8.
    private static func decoded(_ text: Substring.UTF8View) -> String? {
        let bytes = try? [UInt8](percentDecoding: Array(text).span) { _ throws(MalformedEscape) in
            throw MalformedEscape()
        }
        return bytes.flatMap { String(validating: $0, as: UTF8.self) }
    }
}

/// A `%` without two digits behind it.
private struct MalformedEscape: Error {}
