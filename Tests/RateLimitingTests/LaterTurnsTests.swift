import Testing

@testable import RateLimiting

/// When refused calls may come again.
@Suite struct LaterTurnsTests {
    private let start = ContinuousClock.now
    private let spacing = Duration.milliseconds(70)

    @Test func callsThatAreRefusedTogetherGetATokenOfTheirOwnEach() {
        var turns = LaterTurns()
        let waits = (0..<200).map { _ in turns.next(after: .seconds(5), every: spacing, at: start) }
        #expect(waits == (0..<200).map { .seconds(5) + spacing * $0 })
    }

    @Test func aTurnThatHasPassedDelaysNoCall() {
        var turns = LaterTurns()
        for _ in 0..<10 { _ = turns.next(after: .seconds(5), every: spacing, at: start) }
        #expect(turns.next(after: .seconds(2), every: spacing, at: start + .seconds(4)) == .seconds(2))
    }

    @Test func noCallIsSentFurtherAwayThanTheBoundForTheSakeOfOthers() {
        var turns = LaterTurns()
        let waits = (0..<1_000).map { _ in turns.next(after: .seconds(5), every: spacing, at: start) }
        #expect(waits.max() == LaterTurns.longest)
        // A call that the budget itself keeps waiting for longer is told so.
        #expect(turns.next(after: .seconds(60), every: spacing, at: start) == .seconds(60))
        // And those beyond the bound move nothing.
        #expect(turns.next(after: .seconds(5), every: spacing, at: start + .seconds(10)) < .seconds(21))
    }
}
