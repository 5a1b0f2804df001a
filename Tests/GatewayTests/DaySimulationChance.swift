import Foundation

/// Chance that is the same each time (SplitMix64).
struct DaySimulationChance: RandomNumberGenerator, Sendable {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }

    /// From 0 to below 1.
    mutating func part() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// The time to the next of events that come at random.
    mutating func exponential(mean: Double) -> Double { -mean * log(1 - part()) }
}
