extension [UInt8] {
    /// Appends the path of a request line in canonical form: absolute, every byte but the unreserved ones and the
    /// slash percent-encoded. What is already encoded is encoded once more, as every service but S3 wants it.
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
        switch String(Substring(segment)) {
        case ".": continue
        case "..": _ = resolved.popLast()
        default: resolved.append(segment)
        }
    }
    return resolved
}

private func isDots(_ segment: Substring.UTF8View) -> Bool {
    segment.elementsEqual(".".utf8) || segment.elementsEqual("..".utf8)
}
