import Synchronization

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
