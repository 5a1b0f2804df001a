import Crypto
import Formats

/// A signature with the texts that it was made from. Signer and verifier make it the same way.
package struct Signature {
    /// Stage 1.
    package let canonicalRequest: CanonicalRequest
    /// Stage 2.
    package let stringToSign: [UInt8]
    let code: HMAC<SHA256>.MAC

    init(of canonicalRequest: CanonicalRequest, at time: Timestamp, scope: CredentialScope, key: SigningKey) {
        self.canonicalRequest = canonicalRequest
        stringToSign = Self.stringToSign(canonicalRequest, at: time, scope: scope)
        code = key.signature(of: stringToSign)
    }

    /// The 64 digits that are sent.
    package var hexadecimal: String { String(hexadecimal: code) }

    /// Whether these are the digits of this signature. swift-crypto compares in constant time, so the duration tells
    /// nothing about the number of correct digits.
    func matches(_ digits: String) -> Bool {
        [UInt8](hexadecimal: digits).map { code == $0 } ?? false
    }

    /// The algorithm for a key of one region: the first word of the string to sign and of the header.
    static let algorithm = "AWS4-HMAC-SHA256"

    private static func stringToSign(
        _ canonicalRequest: CanonicalRequest, at time: Timestamp, scope: CredentialScope
    ) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(192)
        text.append(line: algorithm)
        text.append(line: time.basicFormat)
        text.append(line: scope.text)
        text.append(String(hexadecimal: SHA256.hash(data: canonicalRequest.text)))
        return text
    }
}

/// The `Authorization` header of a signed request: stage 5 of AWS's page.
struct Authorization: Equatable {
    let accessKeyID: String
    /// The credential scope as it stands in the header.
    let scope: String
    /// `host;x-amz-date`.
    let signedHeaders: String
    /// 64 hexadecimal digits.
    let signature: String

    /// The value of the header.
    var text: String {
        var text: [UInt8] = []
        text.reserveCapacity(320)
        text.append(Signature.algorithm)
        text.append(" Credential=")
        text.append(accessKeyID)
        text.append("/")
        text.append(scope)
        text.append(", SignedHeaders=")
        text.append(signedHeaders)
        text.append(", Signature=")
        text.append(signature)
        return String(decoding: text, as: UTF8.self)
    }
}

extension Authorization {
    /// Reads the header: the three parts in any order, each once, with or without blanks after the commas. Nil if
    /// there is anything else, or if the names are not in lower case, sorted and unique.
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

    /// The names of the signed headers.
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
