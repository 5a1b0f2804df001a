import Testing

@testable import RateLimiting

/// When refused calls may come again.
@Suite struct LaterTurnsTests {
    private let start = ContinuousClock.now
    private let spacing = Duration.milliseconds(70)

    @Test func callsThatAreRefusedTogetherGetATokenOfTheirOwnEach() {
        var turns = LaterTurns()
        let waits = (0..<200).map { turns.next(for: $0, after: .seconds(5), every: spacing, at: start) }
        #expect(waits == (0..<200).map { .seconds(5) + spacing * $0 })
    }

    @Test func aTurnThatHasPassedDelaysNoCall() {
        var turns = LaterTurns()
        for caller in 0..<10 as Range<UInt64> {
            _ = turns.next(for: caller, after: .seconds(5), every: spacing, at: start)
        }
        #expect(turns.next(for: 10, after: .seconds(2), every: spacing, at: start + .seconds(4)) == .seconds(2))
    }

    @Test func noCallIsSentFurtherAwayThanTheBoundForTheSakeOfOthers() {
        var turns = LaterTurns()
        let waits = (0..<1_000).map { turns.next(for: $0, after: .seconds(5), every: spacing, at: start) }
        #expect(waits.max() == LaterTurns.longest)
        // A call that the budget itself keeps waiting for longer is told so.
        #expect(turns.next(for: 1_001, after: .seconds(60), every: spacing, at: start) == .seconds(60))
        // And those beyond the bound move nothing.
        #expect(turns.next(for: 1_002, after: .seconds(5), every: spacing, at: start + .seconds(10)) < .seconds(21))
    }

    @Test func aCallerThatIsRefusedOftenSendsNoOtherAway() {
        var turns = LaterTurns()
        let noisy = (0..<500).map { _ in turns.next(for: 1, after: .seconds(5), every: spacing, at: start) }
        #expect(noisy.max() == LaterTurns.longest)
        let moved = Duration.seconds(5) + spacing * LaterTurns.sharedTurns
        #expect(turns.next(for: 2, after: .seconds(5), every: spacing, at: start) == moved)
        #expect(turns.next(for: 3, after: .seconds(5), every: spacing, at: start) == moved + spacing)
    }

    @Test func holdsSoManyCallersAtMost() {
        var turns = LaterTurns()
        for caller in 0..<10_000 as Range<UInt64> {
            let wait = turns.next(for: caller, after: .seconds(5), every: .microseconds(1), at: start)
            #expect(wait >= .seconds(5) && wait < .seconds(6))
        }
    }
}
