package import Crypto
import Formats
import Synchronization

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

/// The signing keys in use, so that four of a signature's five HMACs are done once a day.
///
/// A key is found by everything that it is derived from, the secret included; so neither midnight nor a rotation needs
/// an event here, and two secrets under one key id don't mix. Safe to use from any thread.
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

    /// The default holds an old and a new set of credentials on both sides of a midnight, twice over.
    package init(capacity: Int = 8) {
        self.capacity = capacity
    }

    /// The key of these credentials in this scope, derived if it isn't held; the oldest held one makes room.
    package func key(for credentials: Credentials, in scope: CredentialScope) -> SigningKey {
        if let known = known(credentials, scope) { return known }
        // Derived outside the lock: two threads that meet here both do the work, and neither waits.
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

/// The day, region and service that a signing key is good for.
package struct CredentialScope: Equatable {
    /// The UTC day, `20150830`.
    let date: String
    let region: String
    let service: String
    /// `20150830/us-east-1/transcribe/aws4_request`.
    let text: String

    /// The scope of these three.
    package init(date: String, region: String, service: String) {
        self.date = date
        self.region = region
        self.service = service
        self.text = "\(date)/\(region)/\(service)/\(Self.terminator)"
    }

    /// The last part of every scope, and the last input of every signing key.
    static let terminator = "aws4_request"
}
