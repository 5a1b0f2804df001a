import Foundation
import TestSupport

/// Ranks drawn with a probability that falls as 1 / rank^skew, as popularity does (Breslau et al. 1999).
struct Zipf {
    private let cumulated: [Double]

    init(count: Int, skew: Double) {
        var sum = 0.0
        cumulated = (1...count).map { rank in
            sum += pow(Double(rank), -skew)
            return sum
        }
    }

    func draw(_ random: inout SplitMix64) -> Int {
        let wanted = Double(random.next() >> 11) * 0x1p-53 * cumulated[cumulated.count - 1]
        var ranks = 0..<cumulated.count - 1
        while !ranks.isEmpty {
            let middle = (ranks.lowerBound + ranks.upperBound) / 2
            ranks = cumulated[middle] < wanted ? middle + 1..<ranks.upperBound : ranks.lowerBound..<middle
        }
        return ranks.lowerBound
    }
}
