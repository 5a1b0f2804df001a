import Testing

@testable import RateLimiting

@Suite struct FairShareTests {
    private func rush(atOnce: Int, queue: Int = 1_000) -> Rush {
        Rush(callers: 50, atOnce: atOnce, AdmissionOptions(reserve: 0, queue: queue))
    }

    @Test(arguments: [(1, 1_000), (4, 1_000), (1_000, 1_000), (4, 60)])
    func everyCallerGetsItsShareAndNobodyIsStarved(atOnce: Int, queue: Int) throws {
        let rush = rush(atOnce: atOnce, queue: queue)
        rush.run(seconds: 10)
        let wait = try #require(rush.lonelyCall())
        rush.run(seconds: 280)
        // Whoever comes first has the burst to itself; from then on all are there.
        let begins = rush.begins.filter { $0.caller < 50 && $0.at > .seconds(1) }
        let shares = (0..<50).map { caller in begins.count { $0.caller == caller } }
        let mean = Double(begins.count) / 50
        let (least, most) = (shares.min() ?? 0, shares.max() ?? 0)
        print("\(atOnce) at once: \(begins.count) calls in 299 s, \(least) to \(most) for each; one waited \(wait)")
        #expect(Double(begins.count) > 0.94 * 15 * 299)
        #expect(Double(least) >= 0.9 * mean && Double(most) <= 1.1 * mean)
        // A turn is one call of each of the others.
        #expect(wait <= .seconds(50 * 1.05 / 15 + 0.1))
    }

    @Test func noSecondSeesMoreThanTheRate() {
        let rush = rush(atOnce: 20)
        rush.run(seconds: 60)
        let begins = rush.begins.map(\.at)
        let spans = zip(begins, begins.dropFirst(15)).map { $1 - $0 }
        #expect(!spans.isEmpty && spans.allSatisfy { $0 >= .seconds(1) })
    }

    @Test func withoutTurnsTheOneAskerHasNoChance() {
        var office = Office(AdmissionOptions(reserve: 0))
        for number in 0..<1_000 { office.arrive(number, caller: 0) }
        office.arrive(1_000, caller: 0)
        #expect(office.refused.last?.number == 1_000)
        office.arrive(1_001, caller: 1)
        office.pass(.milliseconds(1_200))
        #expect(office.admitted.contains(1_001))
    }
}
