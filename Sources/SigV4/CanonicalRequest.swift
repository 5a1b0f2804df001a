import Formats

/// The form of a request that client and service hash: stage 1 of "Create a signed AWS API request" (IAM User Guide).
package struct CanonicalRequest {
    /// The whole text. Its SHA-256 goes into the string to sign.
    package let text: [UInt8]
    /// The names of the headers under the signature, `host;x-amz-date`.
    package let signedHeaders: String

    init(_ request: SigningRequest, headers: CanonicalHeaders, bodyHash: String, path: PathRules) {
        let target = request.target.utf8.split(
            separator: UInt8(ascii: "?"), maxSplits: 1, omittingEmptySubsequences: false)
        var text: [UInt8] = []
        text.reserveCapacity(1024)
        text.append(line: request.method)
        text.append(canonicalPath: target[0], by: path)
        text.append(UInt8(ascii: "\n"))
        if target.count > 1 { text.append(canonicalQuery: target[1]) }
        text.append(UInt8(ascii: "\n"))
        headers.append(to: &text)
        signedHeaders = headers.names
        text.append(line: "")
        text.append(line: signedHeaders)
        text.append(bodyHash)
        self.text = text
    }
}

/// How the path of a request becomes that of the canonical request. All services but Amazon S3 have the default rules.
public struct PathRules: Sendable {
    /// Whether `.` and `..` are resolved and repeated slashes joined.
    public var normalizes = true
    /// Whether the path is percent-encoded once more, though it is encoded already. Otherwise what is encoded in the
    /// request line stays as it is, and the rest is encoded.
    public var encodesTwice = true

    /// The rules of every service but Amazon S3.
    public init() {}

    /// Amazon S3 takes the key of an object as it stands: `.`, `..` and `//` may be parts of it.
    public static let s3 = PathRules(normalizes: false, encodesTwice: false)

    private init(normalizes: Bool, encodesTwice: Bool) {
        self.normalizes = normalizes
        self.encodesTwice = encodesTwice
    }
}

extension [UInt8] {
    /// Appends the path of a request line in canonical form: absolute, with every byte percent-encoded but the
    /// unreserved ones and the slash.
    mutating func append(canonicalPath path: Substring.UTF8View, by rules: PathRules) {
        guard rules.normalizes else { return append(path: path, by: rules) }
        let written = path.split(separator: UInt8(ascii: "/"))
        let segments = resolvingDots(written)
        for segment in segments {
            append(UInt8(ascii: "/"))
            append(segment: segment, by: rules)
        }
        let endsInDirectory = path.last == UInt8(ascii: "/") || written.last.map(isDots) ?? true
        if segments.isEmpty || endsInDirectory { append(UInt8(ascii: "/")) }
    }

    private mutating func append(path: Substring.UTF8View, by rules: PathRules) {
        if path.first != UInt8(ascii: "/") { append(UInt8(ascii: "/")) }
        let segments = path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        for (index, segment) in segments.enumerated() {
            if index > 0 { append(UInt8(ascii: "/")) }
            append(segment: segment, by: rules)
        }
    }

    private mutating func append(segment: Substring.UTF8View, by rules: PathRules) {
        rules.encodesTwice ? append(percentEncoding: segment) : append(contentsOf: reencoded(segment))
    }
}

/// Removes dot segments (RFC 3986 §5.2.4).
private func resolvingDots(_ segments: [Substring.UTF8View]) -> [Substring.UTF8View] {
    var resolved: [Substring.UTF8View] = []
    for segment in segments {
        if segment.elementsEqual("..".utf8) {
            _ = resolved.popLast()
        } else if !segment.elementsEqual(".".utf8) {
            resolved.append(segment)
        }
    }
    return resolved
}

private func isDots(_ segment: Substring.UTF8View) -> Bool {
    segment.elementsEqual(".".utf8) || segment.elementsEqual("..".utf8)
}

extension [UInt8] {
    /// Appends the query of a request line in canonical form. Names and values are decoded and percent-encoded again,
    /// each parameter has a `=`, and the parameters are sorted by encoded name and then by encoded value. (Not by
    /// `name=value`: `=` sorts after `-`.)
    mutating func append(canonicalQuery query: Substring.UTF8View) {
        let parameters = query.split(separator: UInt8(ascii: "&")).map(Parameter.init).sorted(by: <)
        for (index, parameter) in parameters.enumerated() {
            if index > 0 { append(UInt8(ascii: "&")) }
            append(contentsOf: parameter.name)
            append(UInt8(ascii: "="))
            append(contentsOf: parameter.value)
        }
    }
}

/// A query parameter, canonically encoded.
private struct Parameter {
    let name: [UInt8]
    let value: [UInt8]

    init(_ text: Substring.UTF8View) {
        let equals = text.firstIndex(of: UInt8(ascii: "=")) ?? text.endIndex
        name = reencoded(text[..<equals])
        value = reencoded(text[equals...].dropFirst())
    }

    static func < (left: Parameter, right: Parameter) -> Bool {
        left.name == right.name
            ? left.value.lexicographicallyPrecedes(right.value) : left.name.lexicographicallyPrecedes(right.name)
    }
}

/// The canonical encoding of a text that may be encoded, partly encoded or not encoded.
private func reencoded(_ text: Substring.UTF8View) -> [UInt8] {
    var encoded: [UInt8] = []
    // A `%` that no two digits follow stands for itself and is encoded.
    encoded.append(percentEncoding: [UInt8](percentDecoding: text.span) { _ in })
    return encoded
}

extension [UInt8] {
    /// Appends a text and a line feed.
    mutating func append(line: String) {
        append(line)
        append(UInt8(ascii: "\n"))
    }
}
