import Crypto

/// A signature with the texts that it was made from, the same for who signs and who verifies.
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

    /// Whether these are its digits; takes as long for a near miss as for a far one (swift-crypto compares codes so).
    func matches(_ digits: String) -> Bool {
        [UInt8](hexadecimal: digits).map { code == $0 } ?? false
    }

    /// The only algorithm there is for one region's key: the first word of the string to sign and of the header.
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
