import Formats

/// The form of a request that client and service hash: stage 1 of "Create a signed AWS API request" (IAM User Guide).
package struct CanonicalRequest {
    /// The whole text. Its SHA-256 goes into the string to sign.
    package let text: [UInt8]
    /// The names of the headers under the signature, `host;x-amz-date`.
    package let signedHeaders: String

    init(_ request: SigningRequest, headers: CanonicalHeaders, bodyHash: String, normalizesPath: Bool) {
        let target = request.target.utf8.split(
            separator: UInt8(ascii: "?"), maxSplits: 1, omittingEmptySubsequences: false)
        var text: [UInt8] = []
        text.reserveCapacity(1024)
        text.append(line: request.method)
        text.append(canonicalPath: target[0], normalized: normalizesPath)
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

extension [UInt8] {
    /// Appends the path of a request line in canonical form: absolute, with every byte percent-encoded but the
    /// unreserved ones and the slash. A path that is encoded already is encoded once more, as every service but S3
    /// requires.
    mutating func append(canonicalPath path: Substring.UTF8View, normalized: Bool) {
        guard normalized else { return append(path: path) }
        let written = path.split(separator: UInt8(ascii: "/"))
        let segments = resolvingDots(written)
        for segment in segments {
            append(UInt8(ascii: "/"))
            append(percentEncoding: segment)
        }
        let endsInDirectory = path.last == UInt8(ascii: "/") || written.last.map(isDots) ?? true
        if segments.isEmpty || endsInDirectory { append(UInt8(ascii: "/")) }
    }

    private mutating func append(path: Substring.UTF8View) {
        if path.first != UInt8(ascii: "/") { append(UInt8(ascii: "/")) }
        for byte in path {
            byte == UInt8(ascii: "/") ? append(byte) : append(percentEncoding: CollectionOfOne(byte))
        }
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
