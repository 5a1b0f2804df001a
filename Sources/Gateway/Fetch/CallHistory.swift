import Synchronization
import Transcribe

/// Which calls AWS accepted and refused lately, in the order in which the calls began. It decides whether stale answers may
/// be shown: not while AWS rejects the gateway's credentials or seems to have withdrawn its role. Safe to use from any
/// thread.
final class CallHistory: Sendable {
    private let begun = Atomic<UInt64>(0)
    private let access = Mutex(AccessRecord())
    /// A copy of ``AccessRecord/isRevoked``, which each hit reads.
    private let revoked = Atomic(false)

    /// Whether a stored answer may be shown although it is stale.
    var permitsStaleAnswers: Bool { !revoked.load(ordering: .relaxed) }

    /// The number of the latest attempt that AWS answered, in the order of the begins; 0 before the first.
    var latestAccepted: UInt64 { access.withLock(\.accepted) }

    /// Numbers an attempt that begins. Numbers begin at 1.
    func begin() -> UInt64 { begun.add(1, ordering: .relaxed).newValue }

    /// AWS answered the attempt of that number: it accepts the credentials and the role.
    func accepted(_ number: UInt64) { change { $0.accept(number) } }

    /// The attempt of that number failed for the job of that name. Only what AWS refused the gateway is recorded.
    func failed(_ number: UInt64, for name: JobName, _ effect: UpstreamDisposition.CacheEffect) {
        switch effect {
        case .deniesJob:
            let job = name.hashValue
            change { $0.deny(job, number) }
        case .rejectsCredentials: change { $0.reject(number) }
        case .keepsJob, .replacesJob: break
        }
    }

    private func change(_ change: (inout AccessRecord) -> Void) {
        access.withLock { access in
            change(&access)
            revoked.store(access.isRevoked, ordering: .relaxed)
        }
    }
}

/// The rule of ``CallHistory``. Attempts have the numbers of their begins, so the order of the answers changes nothing: an
/// attempt that AWS accepts says nothing of a refusal of a later one.
struct AccessRecord: Sendable {
    /// So many different jobs denied, with no attempt accepted between, are no matter of one job's policy.
    private static let tolerance = 3

    /// The latest accepted attempt; 0 before the first.
    private(set) var accepted: UInt64 = 0
    /// The latest attempt whose credentials were rejected.
    private var rejected: UInt64 = 0
    /// The jobs denied since, by the hash of the name, each with its latest attempt: the latest ones.
    private var denials: [(job: Int, number: UInt64)] = []

    /// Whether AWS has withdrawn the right to see jobs, as far as is known.
    var isRevoked: Bool { rejected > accepted || denials.count == Self.tolerance }

    mutating func accept(_ number: UInt64) {
        accepted = max(accepted, number)
        denials.removeAll { $0.number < accepted }
    }

    mutating func reject(_ number: UInt64) { rejected = max(rejected, number) }

    mutating func deny(_ job: Int, _ number: UInt64) {
        guard number > accepted else { return }
        let latest = max(number, denials.first { $0.job == job }?.number ?? 0)
        denials.removeAll { $0.job == job }
        denials.append((job, latest))
        denials.sort { $0.number > $1.number }
        if denials.count > Self.tolerance { denials.removeLast() }
    }
}
