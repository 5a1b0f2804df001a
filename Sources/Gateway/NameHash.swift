public import Crypto
import SigV4
import Transcribe

/// Stands for job names where they must not appear: HMAC-SHA256 under a key, 64 bits in hexadecimal. Whoever knows a name
/// and the key finds its lines; the lines alone name nobody.
public struct NameHash: Sendable {
    private let key: SymmetricKey
    private let showsNames: Bool

    /// - Parameters:
    ///   - key: of at least 16 bytes. Equal keys make the logs of replicas comparable.
    ///   - showsNames: true gives the names themselves (`log.names`).
    public init(key: SymmetricKey = SymmetricKey(size: .bits256), showsNames: Bool = false) {
        self.key = key
        self.showsNames = showsNames
    }

    func text(for name: JobName) -> String {
        guard !showsNames else { return name.text }
        let code = HMAC<SHA256>.authenticationCode(for: Array(name.text.utf8), using: key)
        return String(hexadecimal: code.prefix(8))
    }
}
