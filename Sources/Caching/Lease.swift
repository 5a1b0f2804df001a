/// Permission to store one key's value, issued before the value is fetched. A purge in between voids it. End each lease
/// once: ``ExpiringCache/store(_:for:cost:under:)`` does, and ``ExpiringCache/release(_:for:)`` does without storing.
public struct Lease: Sendable {
    let issuedAfter: UInt64
}

/// The outstanding leases, and which of them a purge has voided: exactly those of its key that were issued before it. It
/// holds one record for each key with an outstanding lease, so the fetches in flight bound it. Not safe for concurrent
/// access.
struct LeaseTable<Key: Hashable & Sendable> {
    private struct Record {
        var holders = 0
        /// The number of the key's last purge while a lease was outstanding.
        var purge: UInt64 = 0
    }

    /// The number of the latest purge of any key.
    private var purges: UInt64 = 0
    private var purgeOfAll: UInt64 = 0
    private var records: [Key: Record] = [:]

    mutating func issue(for key: Key) -> Lease {
        records[key, default: Record()].holders += 1
        return Lease(issuedAfter: purges)
    }

    func isValid(_ lease: Lease, for key: Key) -> Bool {
        guard let record = records[key] else { return false }
        return record.purge <= lease.issuedAfter && purgeOfAll <= lease.issuedAfter
    }

    mutating func release(for key: Key) {
        guard let holders = records[key]?.holders else { return }
        if holders == 1 { records[key] = nil } else { records[key]?.holders = holders - 1 }
    }

    mutating func purge(_ key: Key) {
        purges += 1
        records[key]?.purge = purges
    }

    mutating func purgeAll() {
        purges += 1
        purgeOfAll = purges
    }
}
