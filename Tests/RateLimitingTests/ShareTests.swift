import Testing

@testable import RateLimiting

/// What background and forced calls get of the budget beside others, on a clock of its own. The budget sustains 15 calls in
/// 1.05 s.
@Suite struct ShareTests {
    private static let sustained = 15 / 1.05

    /// Calls arrive at random for two minutes, at so many a second of each kind.
    private func scenario(
        _ interactive: Double, background: Double = 0, watched: Double = 0, forced: Double = 0,
        _ options: AdmissionOptions = .init()
    ) -> ShareScenario {
        var scenario = ShareScenario(options)
        scenario.run(
            seconds: 120,
            [(.interactive, interactive), (.background, background), (.watched, watched), (.forced, forced)])
        return scenario
    }

    private func perSecond(_ kind: CallPriority, _ scenario: ShareScenario) -> Double {
        Double(scenario.admitted[kind, default: 0]) / 120
    }

    /// Without a share of their own 22 of 100 background calls were made beside ten interactive calls a second, and 1 of 100
    /// beside as many as the budget has.
    @Test(arguments: [(10.0, 0.75), (15, 0.75), (30, 0.75)])
    func mostBackgroundCallsAreMadeWhereAFifthIsWanted(interactive: Double, part: Double) {
        let scenario = scenario(interactive, background: 3)
        print("\(interactive) interactive calls/s: \(scenario.part(of: .background)) of 3 background calls/s are made")
        #expect(scenario.part(of: .background) >= part)
    }

    @Test func aQuarterIsTheirsHoweverManyInteractiveCallsWait() {
        let scenario = scenario(40, background: 15)
        #expect(perSecond(.background, scenario) >= 0.95 * Self.sustained / 4)
        #expect(perSecond(.interactive, scenario) >= 0.95 * Self.sustained * 3 / 4)
    }

    /// Also where every other kind of call asks for more than its share.
    @Test func aFifthIsForWatchedJobs() {
        let busy = scenario(40, background: 15, watched: 15, forced: 60)
        #expect(perSecond(.watched, busy) >= 0.95 * Self.sustained / 5)
        #expect(perSecond(.background, busy) >= 0.95 * Self.sustained / 4)
        #expect(perSecond(.interactive, busy) >= 0.95 * Self.sustained * (1 - 1 / 5 - 1 / 4 - 1 / 15))
        #expect(perSecond(.watched, scenario(0, watched: 60)) >= 0.95 * 13 / 1.05)
    }

    @Test func interactiveCallsHaveTheWholeBudgetWhereNothingElseIsAskedFor() {
        #expect(perSecond(.interactive, scenario(40)) >= 0.97 * Self.sustained)
    }

    @Test func mostOfTheBudgetIsTheirsWhereNothingElseIsAskedFor() {
        #expect(perSecond(.background, scenario(0, background: 60)) >= 0.95 * 13 / 1.05)
    }

    /// A client that demands fresh answers all the time neither takes the refreshes of others nor the calls of those that wait.
    @Test func forcedCallsGetAThirdAtMostAndAFifteenthAtLeast() {
        let alone = perSecond(.forced, scenario(0, forced: 60))
        #expect(alone <= 5 && alone >= 0.9 * 5 / 1.05)
        let busy = scenario(40, background: 15, forced: 60)
        #expect(perSecond(.forced, busy) >= 0.9 * Self.sustained / 15)
        #expect(perSecond(.forced, busy) <= 1.1 * Self.sustained / 15)
        #expect(perSecond(.background, busy) >= 0.95 * Self.sustained / 4)
        let quiet = scenario(0, background: 5, forced: 60)
        #expect(quiet.part(of: .background) >= 0.85)
    }

    @Test func noSecondSeesMoreThanTheRate() {
        let begins = scenario(20, background: 15, forced: 15).begins
        let spans = zip(begins, begins.dropFirst(15)).map { $1 - $0 }
        #expect(!spans.isEmpty && spans.allSatisfy { $0 >= .seconds(1) })
    }

    /// Also where the rate, or the number of permits, leaves room for one call alone.
    @Test(arguments: [
        AdmissionOptions(rate: Rate(1, per: .seconds(1)), burst: 1), AdmissionOptions(rate: nil, permits: 1),
        AdmissionOptions(rate: Rate(2, per: .seconds(1)), burst: 2),
    ])
    func theShareHoldsForSmallBudgets(options: AdmissionOptions) {
        let scenario = scenario(30, background: 15, options)
        let (background, interactive) = (perSecond(.background, scenario), perSecond(.interactive, scenario))
        #expect(background / (background + interactive) >= 0.23)
        #expect(background / (background + interactive) <= 0.27)
    }

    @Test func whatIsOwedDoesNotPileUp() {
        var owed = OwedCalls()
        #expect(!owed.contains(.background, beside: 0))
        for _ in 0..<1_000 { owed.record(.interactive) }
        #expect(owed.contains(.background, beside: 2) && !owed.contains(.background, beside: 3))
        #expect(owed.contains(.forced, beside: 2) && !owed.contains(.interactive, beside: 0))
        for _ in 0..<3 { owed.record(.background) }
        #expect(!owed.contains(.background, beside: 0) && owed.contains(.forced, beside: 2))
    }
}
