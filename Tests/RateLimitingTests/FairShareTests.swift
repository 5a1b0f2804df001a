import Testing

@testable import RateLimiting

@Suite struct FairShareTests {
    private func scenario(atOnce: Int, queue: Int = 1_000) -> FairShareScenario {
        FairShareScenario(callers: 50, atOnce: atOnce, AdmissionOptions(reserve: 0, queue: queue))
    }

    @Test(arguments: [(1, 1_000), (4, 1_000), (1_000, 1_000), (4, 60)])
    func everyCallerGetsItsShareAndNoneIsStarved(atOnce: Int, queue: Int) throws {
        let scenario = scenario(atOnce: atOnce, queue: queue)
        scenario.run(seconds: 10)
        let wait = try #require(scenario.lonelyCall())
        scenario.run(seconds: 280)
        // The first caller has the burst to itself; after the first second all callers ask.
        let begins = scenario.begins.filter { $0.caller < 50 && $0.at > .seconds(1) }
        let shares = (0..<50).map { caller in begins.count { $0.caller == caller } }
        let mean = Double(begins.count) / 50
        let (least, most) = (shares.min() ?? 0, shares.max() ?? 0)
        print("\(atOnce) at once: \(begins.count) calls in 299 s, \(least) to \(most) for each; one waited \(wait)")
        #expect(Double(begins.count) > 0.94 * 15 * 299)
        #expect(Double(least) >= 0.9 * mean && Double(most) <= 1.1 * mean)
        // A turn is one call of each other caller.
        #expect(wait <= .seconds(50 * 1.05 / 15 + 0.1))
    }

    @Test func noSecondSeesMoreThanTheRate() {
        let scenario = scenario(atOnce: 20)
        scenario.run(seconds: 60)
        let begins = scenario.begins.map(\.at)
        let spans = zip(begins, begins.dropFirst(15)).map { $1 - $0 }
        #expect(!spans.isEmpty && spans.allSatisfy { $0 >= .seconds(1) })
    }

    @Test func aSecondCallerIsServedAmongAThousandCallsOfTheFirst() {
        var scenario = AdmissionScenario(AdmissionOptions(reserve: 0))
        for number in 0..<1_000 { scenario.arrive(number, caller: 0) }
        scenario.arrive(1_000, caller: 0)
        #expect(scenario.refused.last?.number == 1_000)
        scenario.arrive(1_001, caller: 1)
        scenario.pass(.milliseconds(1_200))
        #expect(scenario.admitted.contains(1_001))
    }
}
