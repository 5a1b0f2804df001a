package import Crypto
import Formats
import Synchronization

/// The key derived from a secret for one day, region and service, ready to sign: stage 3 of AWS's page.
///
/// It holds the hash states after the padded key (RFC 2104 §4), which saves half of the work for a short message.
package struct SigningKey: Sendable {
    private let authenticator: HMAC<SHA256>

    /// Derives the key: the HMACs of day, region, service and terminator, each with the previous one as its key.
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

/// The signing keys in use, so that four of a signature's five HMACs are computed once a day.
///
/// A key is looked up by all inputs of its derivation, the secret among them. So midnight and a rotation of credentials
/// need no event here, and two secrets with one key ID don't mix. Safe to use from any thread.
package final class SigningKeyCache: Sendable {
    private struct Entry {
        let secretAccessKey: String
        let accessKeyID: String
        let scope: String
        let key: SigningKey

        func isFor(_ credentials: Credentials, _ scope: CredentialScope) -> Bool {
            self.scope == scope.text && accessKeyID == credentials.accessKeyID
                && secretAccessKey == credentials.secretAccessKey
        }
    }

    /// Oldest first.
    private let entries = Mutex<[Entry]>([])
    private let capacity: Int

    /// - Parameter capacity: how many keys are held. The default is twice what an old and a new set of credentials need
    ///   before and after midnight.
    package init(capacity: Int = 8) {
        self.capacity = capacity
    }

    /// The key of these credentials in this scope. A key that isn't held is derived and replaces the oldest one.
    package func key(for credentials: Credentials, in scope: CredentialScope) -> SigningKey {
        if let known = known(credentials, scope) { return known }
        // Derived outside the lock: two threads may both derive the key, but neither waits for the other.
        let derived = SigningKey(secretAccessKey: credentials.secretAccessKey, scope: scope)
        store(derived, credentials, scope)
        return derived
    }

    /// How many keys are held.
    package var count: Int { entries.withLock(\.count) }

    private func known(_ credentials: Credentials, _ scope: CredentialScope) -> SigningKey? {
        entries.withLock { entries in entries.first { $0.isFor(credentials, scope) }?.key }
    }

    private func store(_ key: SigningKey, _ credentials: Credentials, _ scope: CredentialScope) {
        entries.withLock { entries in
            guard !entries.contains(where: { $0.isFor(credentials, scope) }) else { return }
            if entries.count >= capacity { entries.removeFirst() }
            entries.append(
                Entry(
                    secretAccessKey: credentials.secretAccessKey, accessKeyID: credentials.accessKeyID,
                    scope: scope.text, key: key))
        }
    }
}

/// The day, region and service for which a signing key is valid.
package struct CredentialScope: Equatable {
    /// The UTC day, `20150830`.
    let date: String
    let region: String
    let service: String
    /// `20150830/us-east-1/transcribe/aws4_request`.
    let text: String

    /// The scope for a day as ``Timestamp/date`` writes it, a region and a service.
    package init(date: String, region: String, service: String) {
        self.date = date
        self.region = region
        self.service = service
        self.text = "\(date)/\(region)/\(service)/\(Self.terminator)"
    }

    /// The last part of every scope, and the last input of every signing key.
    static let terminator = "aws4_request"
}
