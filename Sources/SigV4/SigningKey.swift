package import Crypto

/// The key derived from a secret for one day, region and service, ready to sign: stage 3 of AWS's page.
///
/// It holds the hash states after the padded key (RFC 2104 §4 names the saving), half of the work of a short message.
package struct SigningKey: Sendable {
    private let authenticator: HMAC<SHA256>

    /// Derives the key: the HMACs of day, region, service and terminator, each keyed with the one before.
    package init(secretAccessKey: String, scope: CredentialScope) {
        let secret = SymmetricKey(data: Array("AWS4\(secretAccessKey)".utf8))
        let inputs = [scope.date, scope.region, scope.service, CredentialScope.terminator]
        let key = inputs.reduce(secret) { key, input in
            SymmetricKey(data: HMAC<SHA256>.authenticationCode(for: Array(input.utf8), using: key))
        }
        authenticator = HMAC(key: key)
    }

    /// The signature of a string to sign: stage 4 of AWS's page.
    package func signature(of stringToSign: [UInt8]) -> HMAC<SHA256>.MAC {
        var authenticator = authenticator
        authenticator.update(data: stringToSign)
        return authenticator.finalize()
    }
}
