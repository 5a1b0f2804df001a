import Formats
import Testing

@testable import Transcribe

@Suite struct ClockOffsetTests {
    private let now = Timestamp(millisecondsSinceEpoch: 1_795_500_525_188)

    @Test(arguments: [0, 299_999, -299_999] as [Int64])
    func keepsToOurClockWhereTheDifferenceIsSmall(difference: Int64) {
        var offset = ClockOffset()
        offset.learn(serverTime: now.adding(milliseconds: difference), now: now)
        #expect(offset.milliseconds == 0)
    }

    @Test(arguments: [300_000, -300_000, 600_000, -86_400_000] as [Int64])
    func takesOverADifferenceThatMatters(difference: Int64) {
        var offset = ClockOffset()
        offset.learn(serverTime: now.adding(milliseconds: difference), now: now)
        #expect(offset.milliseconds == difference)
        #expect(!ClockOffset.isSkewed(offset.milliseconds, serverTime: now.adding(milliseconds: difference), now: now))
    }

    @Test func forgetsADifferenceOnceOurClockIsRight() {
        var offset = ClockOffset()
        offset.learn(serverTime: now.adding(milliseconds: 3_600_000), now: now)
        offset.learn(serverTime: now, now: now)
        #expect(offset.milliseconds == 0)
    }
}
