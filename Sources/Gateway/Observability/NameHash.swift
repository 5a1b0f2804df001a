public import Crypto
import Formats
import Synchronization
import Transcribe

/// Stands for job names in the log, where they must not appear: HMAC-SHA256 under a key, 64 bits in hexadecimal. With a
/// name and the key its lines can be found. The lines alone give no name away.
public struct NameHash: Sendable {
    /// Keyed once, because that is half of the work for a name.
    private let authenticator: HMAC<SHA256>
    private let isShowing: SharedFlag

    /// - Parameters:
    ///   - key: of at least 16 bytes. Equal keys make the logs of replicas comparable.
    ///   - showsNames: true gives the names themselves (`log.names`).
    public init(key: SymmetricKey = SymmetricKey(size: .bits256), showsNames: Bool = false) {
        authenticator = HMAC(key: key)
        isShowing = SharedFlag(showsNames)
    }

    /// Whether the log shows the names themselves.
    var showsNames: Bool { isShowing.value.load(ordering: .relaxed) }

    /// Lets the log show the names themselves from now on, or their hashes. It holds for all copies.
    public func show(names: Bool) { isShowing.value.store(names, ordering: .relaxed) }

    private final class SharedFlag: Sendable {
        let value: Atomic<Bool>

        init(_ value: Bool) {
            self.value = Atomic(value)
        }
    }

    func hash(of name: JobName) -> UInt64 {
        var authenticator = authenticator
        authenticator.update(data: Array(name.text.utf8))
        return authenticator.finalize().prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// How the log calls the job.
    func label(for name: JobName) -> String {
        showsNames ? name.text : String(hexadecimal: hash(of: name))
    }
}
