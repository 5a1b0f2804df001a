extension Authorization {
    /// Reads the header: the three parts in any order, each once, with or without blanks after the commas; nil if
    /// anything else is there or the names are not lower-case, sorted and different.
    init?(parsing text: String) {
        let words = text.utf8.split(separator: UInt8(ascii: " "), maxSplits: 1)
        guard words.count == 2, words[0].elementsEqual(Signature.algorithm.utf8),
            let parts = Self.parts(of: words[1]), parts.count == 3,
            let credential = parts["Credential"], let slash = credential.utf8.firstIndex(of: UInt8(ascii: "/")),
            slash > credential.startIndex,
            let signedHeaders = parts["SignedHeaders"], Self.isCanonical(signedHeaders),
            let signature = parts["Signature"], Self.isSignature(signature)
        else { return nil }
        accessKeyID = String(credential[..<slash])
        scope = String(credential[credential.utf8.index(after: slash)...])
        self.signedHeaders = String(signedHeaders)
        self.signature = String(signature)
    }

    /// The names under the signature.
    var signedHeaderNames: Set<String> {
        Set(signedHeaders.utf8.split(separator: UInt8(ascii: ";")).map { String(Substring($0)) })
    }

    private static func parts(of text: Substring.UTF8View) -> [Substring: Substring]? {
        var parts: [Substring: Substring] = [:]
        for part in text.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
            let part = part.drop { $0 == UInt8(ascii: " ") }
            guard let equals = part.firstIndex(of: UInt8(ascii: "=")) else { return nil }
            let value = Substring(part[equals...].dropFirst())
            guard parts.updateValue(value, forKey: Substring(part[..<equals])) == nil else { return nil }
        }
        return parts
    }

    private static func isCanonical(_ signedHeaders: Substring) -> Bool {
        let names = signedHeaders.utf8.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
        let isLowerCase = !signedHeaders.utf8.contains { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }
        return isLowerCase && !names.contains(where: \.isEmpty)
            && zip(names, names.dropFirst()).allSatisfy { $0.lexicographicallyPrecedes($1) }
    }

    private static func isSignature(_ text: Substring) -> Bool {
        text.utf8.count == 64
            && text.utf8.allSatisfy { byte in
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                    || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
            }
    }
}
