import Foundation

/// A small generator with a seed: it gives the same numbers in every run, so that a failure can be repeated
/// (Steele, Lea, Flood 2014).
public struct SplitMix64: RandomNumberGenerator, Sendable {
    @usableFromInline var state: UInt64

    public init(seed: UInt64) {
        state = seed
    }

    @inlinable public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    /// From 0 to below the bound.
    @inlinable public mutating func below(_ bound: Int) -> Int { Int(truncatingIfNeeded: next() % UInt64(bound)) }

    /// From 0 to below 1.
    @inlinable public mutating func fraction() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// The time to the next of events that come at random.
    public mutating func exponential(mean: Double) -> Double { -mean * log(1 - fraction()) }
}
