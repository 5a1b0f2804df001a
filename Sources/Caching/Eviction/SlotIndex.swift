/// Finds the slots whose keys have a given hash: open addressing with linear probing, eight bytes a place, at most
/// three quarters full. It holds no keys: the caller compares the keys of the candidates. Not safe for concurrent access.
@usableFromInline
struct SlotIndex: Sendable {
    /// A hash (high half) and a slot plus one (low half); 0 is an empty place.
    private var places: [UInt64] = []

    /// The bytes of an index of `capacity` slots.
    static func footprint(for capacity: Int) -> Int { places(for: capacity) * MemoryLayout<UInt64>.stride }

    /// Makes room for `capacity` slots and keeps those it has.
    mutating func reserve(_ capacity: Int) {
        let old = places
        places = Array(repeating: 0, count: Self.places(for: capacity))
        for place in old where place != 0 { put(place) }
    }

    /// Where the search for `hash` begins.
    @usableFromInline
    func start(of hash: UInt32) -> Int { hash.scaled(to: places.count) }

    /// Returns the next slot of that hash at or after `place`, and moves `place` behind it; nil if there is none.
    @usableFromInline
    func candidate(for hash: UInt32, from place: inout Int) -> Int? {
        guard !places.isEmpty else { return nil }
        while places[place] != 0 {
            let found = places[place]
            place = place + 1 == places.count ? 0 : place + 1
            if UInt32(truncatingIfNeeded: found >> 32) == hash { return Int(UInt32(truncatingIfNeeded: found)) - 1 }
        }
        return nil
    }

    /// There must be room, and the slot must not be in the index.
    mutating func insert(_ slot: Int, hash: UInt32) {
        put(Self.pack(slot, hash))
    }

    /// Removes a slot that is in the index and closes the gap, so that a search never has to step over deleted places.
    mutating func remove(_ slot: Int, hash: UInt32) {
        let wanted = Self.pack(slot, hash)
        var gap = start(of: hash)
        while places[gap] != wanted { gap = next(gap) }
        var place = next(gap)
        while places[place] != 0 {
            if distance(from: home(of: place), to: place) >= distance(from: gap, to: place) {
                places[gap] = places[place]
                gap = place
            }
            place = next(place)
        }
        places[gap] = 0
    }

    private mutating func put(_ packed: UInt64) {
        var place = start(of: UInt32(truncatingIfNeeded: packed >> 32))
        while places[place] != 0 { place = next(place) }
        places[place] = packed
    }

    private func home(of place: Int) -> Int { start(of: UInt32(truncatingIfNeeded: places[place] >> 32)) }

    private func next(_ place: Int) -> Int { place + 1 == places.count ? 0 : place + 1 }

    private func distance(from start: Int, to place: Int) -> Int {
        place >= start ? place - start : place + places.count - start
    }

    private static func pack(_ slot: Int, _ hash: UInt32) -> UInt64 { UInt64(hash) << 32 | UInt64(slot + 1) }

    private static func places(for capacity: Int) -> Int { capacity + (capacity + 2) / 3 }
}
