import Testing

@testable import TranscribeGateway

@Suite struct StopSignalsTests {
    private let start = ContinuousClock.now

    private func actions(_ milliseconds: [Int]) -> [StopSignals.Action] {
        var signals = StopSignals()
        return milliseconds.map { signals.action(at: start + .milliseconds($0)) }
    }

    @Test func takesTwoWithinAMomentAsOne() {
        #expect(actions([0, 1, 100]) == [.stop, .none, .none])
    }

    @Test func stopsAtOnceAtTheSecond() {
        #expect(actions([0, 101]) == [.stop, .stopAtOnce])
        #expect(actions([0, 50, 3_000, 3_001, 9_000]) == [.stop, .none, .stopAtOnce, .none, .none])
    }
}
