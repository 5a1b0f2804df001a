public import Crypto
import Formats
import Telemetry
import Transcribe

/// What a job is called in the log: a hash of its name, unless the operator wants to read names.
enum JobLabel: Sendable {
    case hash(UInt64)
    case name(JobName)

    /// For the lines that are rare; the access log writes the digits of a hash by itself.
    var text: String {
        switch self {
        case .hash(let hash): String(hexadecimal: hash)
        case .name(let name): name.text
        }
    }
}

extension LogLine {
    mutating func member(_ name: LogName, _ label: JobLabel) {
        switch label {
        case .hash(let hash): member(name, hexadecimal: hash)
        case .name(let jobName): member(name, jobName.text)
        }
    }
}

/// Stands for job names where they must not appear: HMAC-SHA256 under a key, 64 bits in hexadecimal. Whoever knows a name
/// and the key finds its lines; the lines alone name nobody.
public struct NameHash: Sendable {
    /// Keyed once: to key it takes half of the work for a name.
    private let authenticator: HMAC<SHA256>
    private let showsNames: Bool

    /// - Parameters:
    ///   - key: of at least 16 bytes. Equal keys make the logs of replicas comparable.
    ///   - showsNames: true gives the names themselves (`log.names`).
    public init(key: SymmetricKey = SymmetricKey(size: .bits256), showsNames: Bool = false) {
        authenticator = HMAC(key: key)
        self.showsNames = showsNames
    }

    func hash(of name: JobName) -> UInt64 {
        var authenticator = authenticator
        authenticator.update(data: Array(name.text.utf8))
        return authenticator.finalize().prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// What the job is called in the log.
    /// - Parameter hash: of the name, where it is known already.
    func label(for name: JobName, hash: @autoclosure () -> UInt64) -> JobLabel {
        showsNames ? .name(name) : .hash(hash())
    }
}
