import Formats
import SigV4
import Synchronization
import TestSupport
import Testing

@Suite struct AWSClockTests {
    private static let start = Timestamp(millisecondsSinceEpoch: 1_795_500_525_188)
    /// By how much NTP or an operator has set the wall clock, in milliseconds.
    private final class Steps: Sendable { let sum = Mutex<Int64>(0) }

    private let manual = ManualClock(wallStart: Self.start.millisecondsSinceEpoch)
    private let steps = Steps()
    private let clock: AWSClock

    init() {
        clock = AWSClock(
            wallTime: { [manual, steps] in
                Timestamp(millisecondsSinceEpoch: manual.millisecondsSinceEpoch + steps.sum.withLock(\.self))
            }, instant: { [manual] in manual.now })
    }

    private func stepWallClock(by milliseconds: Int64) { steps.sum.withLock { $0 += milliseconds } }

    @Test(arguments: [0, 239_999, -239_999] as [Int64])
    func keepsToTheWallClockWhereTheDifferenceIsSmall(difference: Int64) {
        clock.learn(Self.start.adding(milliseconds: difference))
        #expect(clock.now == Self.start)
    }

    @Test(arguments: [240_000, -240_000, 600_000, -86_400_000] as [Int64])
    func takesOverADifferenceThatMatters(difference: Int64) {
        clock.learn(Self.start.adding(milliseconds: difference))
        #expect(clock.now == Self.start.adding(milliseconds: difference))
        manual.advance(by: .milliseconds(7_001))
        #expect(clock.now == Self.start.adding(milliseconds: difference + 7_001))
    }

    @Test func forgetsADifferenceOnceTheWallClockIsRight() {
        clock.learn(Self.start.adding(milliseconds: 3_600_000))
        clock.learn(Self.start)
        #expect(clock.now == Self.start)
    }

    /// `Date` has whole seconds, and a response takes its time.
    @Test func keepsWhatItLearntWhereTheDifferenceIsSmall() {
        clock.learn(Self.start.adding(milliseconds: 3_600_000))
        clock.learn(Self.start.adding(milliseconds: 3_601_000))
        #expect(clock.now == Self.start.adding(milliseconds: 3_600_000))
    }

    @Test func followsTheWallClockUntilItLearns() {
        stepWallClock(by: 7_200_000)
        #expect(clock.now == Self.start.adding(milliseconds: 7_200_000))
    }

    /// A machine that boots with a wrong clock: the correction is learnt, and then NTP sets the clock right.
    @Test(arguments: [7_200_000, -7_200_000, 86_400_000 * 365] as [Int64])
    func isRightBeforeAndAfterTheWallClockIsSetRight(error: Int64) {
        stepWallClock(by: error)
        clock.learn(Self.start)
        #expect(clock.now == Self.start)
        stepWallClock(by: -error)
        manual.advance(by: .seconds(60))
        #expect(clock.now == Self.start.adding(milliseconds: 60_000))
    }

    /// The wall clock is right when the clock learns, and is set wrong later.
    @Test(arguments: [7_200_000, -7_200_000] as [Int64])
    func isRightWhereTheWallClockIsSetWrong(step: Int64) {
        clock.learn(Self.start.adding(milliseconds: 500))
        stepWallClock(by: step)
        manual.advance(by: .seconds(60))
        #expect(clock.now == Self.start.adding(milliseconds: 60_000))
        clock.learn(Self.start.adding(milliseconds: 60_000))
        #expect(clock.now == Self.start.adding(milliseconds: 60_000))
    }
}
