import SigV4

/// How often a source is asked to replace sets that AWS refuses one after the other. Most sources have a new set
/// whenever they are asked, and each refused look-up would have one made.
///
/// Nobody says that AWS takes a set. So it is silence that ends the restraint: no refusal for five minutes.
struct Restraint: Sendable {
    private var length: Int64 = 0
    private var pause: Pause?
    /// The last sign that AWS still refuses.
    private var trouble: Pause?

    /// A set was fetched because AWS had refused the one before: from 5 s on, each such pause is twice as long as the
    /// one before, up to 5 minutes.
    mutating func begin(at now: Timestamp) {
        length = min(max(2 * length, Self.shortest), Self.longest)
        pause = Pause(from: now, milliseconds: length)
        trouble = Pause(from: now, milliseconds: Self.longest)
    }

    /// Whether a source may be asked because AWS refuses the set that is held now.
    mutating func permits(at now: Timestamp) -> Bool {
        guard trouble?.covers(now) == true else {
            self = Restraint()
            return true
        }
        trouble = Pause(from: now, milliseconds: Self.longest)
        return pause?.covers(now) != true
    }

    /// In milliseconds.
    private static let shortest: Int64 = 5_000
    private static let longest: Int64 = 300_000
}
