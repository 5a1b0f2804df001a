/// The hashes of entries that were evicted lately, without the entries, in eight bytes each. It is a set-associative table:
/// a hash stands in one of the eight places of its row and replaces the oldest of them. Two keys of equal hash count as
/// one; the worst result is an entry in the wrong queue. Not safe for concurrent access.
struct GhostQueue {
    private static let ways = 8
    /// The number of the insertion (high half, never 0) and the hash (low half); 0 is an empty place.
    private var places: [UInt64] = []
    private var insertions: UInt32 = 1

    /// The bytes of a table with room for `count` hashes.
    static func footprint(for count: Int) -> Int { places(for: count) * MemoryLayout<UInt64>.stride }

    /// Makes room for `count` hashes and keeps those it has.
    mutating func reserve(_ count: Int) {
        let old = places
        places = Array(repeating: 0, count: Self.places(for: count))
        for place in old where place != 0 { put(place) }
    }

    mutating func remember(_ hash: UInt32) {
        insertions = insertions == .max ? 1 : insertions + 1
        put(UInt64(insertions) << 32 | UInt64(hash))
    }

    /// Returns whether `hash` is among the last `window` hashes remembered, and forgets it.
    mutating func recall(_ hash: UInt32, within window: Int) -> Bool {
        for place in row(of: hash) where places[place] != 0 && UInt32(truncatingIfNeeded: places[place]) == hash {
            let isRecent = Int(age(of: place)) < window
            places[place] = 0
            return isRecent
        }
        return false
    }

    private mutating func put(_ place: UInt64) {
        let row = row(of: UInt32(truncatingIfNeeded: place))
        guard let oldest = row.max(by: { age(of: $0) < age(of: $1) }) else { return }
        places[oldest] = place
    }

    private func row(of hash: UInt32) -> Range<Int> {
        let start = hash.scaled(to: places.count / Self.ways) * Self.ways
        return start..<min(start + Self.ways, places.count)
    }

    /// The number of insertions since; an empty place is older than any other.
    private func age(of place: Int) -> UInt32 {
        places[place] == 0 ? .max : insertions &- UInt32(places[place] >> 32)
    }

    private static func places(for count: Int) -> Int { (count + ways - 1) / ways * ways }
}

extension UInt32 {
    /// Maps a hash evenly onto `0..<size` without a division, so that tables may have any size (Lemire 2016, "A fast
    /// alternative to the modulo reduction"). `size` must be below 2³².
    func scaled(to size: Int) -> Int { Int(truncatingIfNeeded: (UInt64(self) &* UInt64(size)) >> 32) }
}
