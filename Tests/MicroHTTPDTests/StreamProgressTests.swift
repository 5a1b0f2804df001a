import Testing

@testable import MicroHTTPD

@Suite struct StreamProgressTests {
    private var progress = StreamProgress()

    private func seen(
        acknowledged: UInt64 = 100, onItsWay: Bool = false, unsent: Bool = false, ticksSinceAnswer: Int = 0,
        finished: Bool = false, broken: Bool = false
    ) -> SocketProgress {
        SocketProgress(
            bytesReceived: 0, bytesAcknowledged: acknowledged, hasFinished: finished, hasBroken: broken,
            hasUnacknowledged: onItsWay, hasUnsent: unsent, ticksSinceAnswer: ticksSinceAnswer)
    }

    /// A pass every five ticks; the client may take nothing for 50 ticks, and leave bytes without an answer for 30.
    private func judgements(_ passes: [SocketProgress]) -> [StreamProgress.Judgement] {
        var progress = progress
        return passes.enumerated().map { number, seen in
            progress.judge(seen, at: 5 * number, idleTicks: 50, heartbeatTicks: 30)
        }
    }

    @Test func leavesASilentStreamAlone() {
        let passes = (0..<100).map { seen(ticksSinceAnswer: 5 * $0) }
        #expect(judgements(passes).allSatisfy { $0 == .healthy })
    }

    @Test func endsAClientThatTakesNothing() {
        let passes = (0..<12).map { _ in seen(unsent: true) }
        #expect(judgements(passes).firstIndex(of: .stuck) == 10)
    }

    @Test func countsFromTheLastBytesThatWereTaken() {
        let passes = (0..<30).map { seen(acknowledged: UInt64($0 / 9), unsent: true) }
        #expect(judgements(passes).allSatisfy { $0 == .healthy })
    }

    /// On a Unix socket the number falls by what is sent: that is no sign of a client that reads.
    @Test func isNotMisledByWhatIsSentToAClientThatTakesNothing() {
        let passes = (0..<12).map { seen(acknowledged: 1_000 - UInt64($0), unsent: true) }
        #expect(judgements(passes).firstIndex(of: .stuck) == 10)
        let reading = (0..<30).map { seen(acknowledged: 1_000 - UInt64($0 % 9), unsent: true) }
        #expect(judgements(reading).allSatisfy { $0 == .healthy })
    }

    /// The first byte after a long silence has no acknowledgement for a moment.
    @Test func allowsAMomentAfterASilence() {
        let before = seen(ticksSinceAnswer: 200)
        let onItsWay = [205, 210, 215].map { seen(onItsWay: true, ticksSinceAnswer: $0) }
        #expect(judgements([before] + onItsWay + [seen(acknowledged: 110)]).allSatisfy { $0 == .healthy })
    }

    @Test func endsAClientThatAnswersNoMore() {
        let passes = (0..<8).map { seen(onItsWay: true, ticksSinceAnswer: 5 * $0 + 20) }
        #expect(judgements(passes).firstIndex(of: .vanished) == 5)
    }

    /// It answers probes of its full window.
    @Test func tellsAFullClientFromOneThatAnswersNoMore() {
        let passes = (0..<12).map { _ in seen(onItsWay: true, unsent: true, ticksSinceAnswer: 3) }
        let judged = judgements(passes)
        #expect(judged.firstIndex(of: .stuck) == 10 && !judged.contains(.vanished))
    }

    @Test func endsAtOnceAfterAResetAndAfterThreePassesOfAnEnd() {
        #expect(judgements([seen(broken: true)]) == [.left])
        let passes = (0..<3).map { _ in seen(finished: true) }
        #expect(judgements(passes) == [.healthy, .healthy, .left])
    }
}
