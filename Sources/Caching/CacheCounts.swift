/// What an ``ExpiringCache`` counts. Hits and misses are counted by those who look up.
public struct CacheCounts: Sendable, Equatable {
    /// Entries held now, expired ones that nobody has looked up since among them.
    public internal(set) var entries = 0
    /// Bytes held now: the costs of the entries and the cache's own tables. Never above the capacity.
    public internal(set) var bytes = 0
    /// Entries that left to make room, since the start.
    public internal(set) var evictions = 0
    /// Entries that left because they were looked up after their time, since the start.
    public internal(set) var expirations = 0

    static func += (total: inout CacheCounts, part: CacheCounts) {
        total.entries += part.entries
        total.bytes += part.bytes
        total.evictions += part.evictions
        total.expirations += part.expirations
    }
}
