import Formats
import SigV4
import Testing

@Suite struct AWSClockTests {
    private static let start = Timestamp(millisecondsSinceEpoch: 1_795_500_525_188)
    private let clock = AWSClock(wallTime: { Self.start })

    @Test(arguments: [0, 239_999, -239_999] as [Int64])
    func keepsToTheWallClockWhereTheDifferenceIsSmall(difference: Int64) {
        clock.learn(Self.start.adding(milliseconds: difference))
        #expect(clock.now == Self.start)
    }

    @Test(arguments: [240_000, -240_000, 600_000, -86_400_000] as [Int64])
    func takesOverADifferenceThatMatters(difference: Int64) {
        clock.learn(Self.start.adding(milliseconds: difference))
        #expect(clock.milliseconds == difference)
        #expect(clock.now == Self.start.adding(milliseconds: difference))
    }

    @Test func forgetsADifferenceOnceTheWallClockIsRight() {
        clock.learn(Self.start.adding(milliseconds: 3_600_000))
        clock.learn(Self.start)
        #expect(clock.now == Self.start)
    }
}
