import Caching

/// A key like the gateway's: a string of about twenty bytes in a type of its own.
struct JobKey: Hashable, Sendable {
    let name: String

    init(_ name: String) {
        self.name = name
    }

    init(_ number: Int) {
        let digits = String(number)
        name = "visit-2024-" + String(repeating: "0", count: 9 - digits.count) + digits
    }

    /// The bytes that the allocator takes for it.
    var cost: Int { HeapSize.string(utf8Count: name.utf8.count) }
}

/// A value like the gateway's: an instance that owns some bytes.
final class JobBody: Sendable {
    let number: Int
    let bytes: [UInt8]

    init(_ number: Int, size: Int = 0) {
        self.number = number
        bytes = Array(repeating: UInt8(truncatingIfNeeded: number), count: size)
    }

    /// The bytes that the allocator takes for it.
    var cost: Int { HeapSize.block(32) + HeapSize.array(ofBytes: bytes.count) }
}

typealias JobCache = ExpiringCache<JobKey, JobBody>

extension ContinuousClock.Instant {
    static let start = ContinuousClock().systemEpoch.advanced(by: .seconds(1000))

    static func after(_ duration: Duration) -> Self { start.advanced(by: duration) }
}

extension Moment {
    static let start = Moment(.start)

    static func after(_ duration: Duration) -> Self { Moment(.after(duration)) }
}

extension ExpiringCache {
    /// Stores a value under a new lease.
    @discardableResult
    func put(_ value: Value, for key: Key, cost: @autoclosure () -> Int = 100, at now: ContinuousClock.Instant = .start)
        -> Bool
    {
        let stored = CacheEntry(
            value, requestedAt: now, freshUntil: now.advanced(by: .seconds(5)),
            keepUntil: now.advanced(by: .seconds(60)))
        return store(stored, for: key, cost: cost(), under: lease(for: key))
    }
}
