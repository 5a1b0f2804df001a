import TestSupport
import Testing

// Within the suite that measures the memory of the process, so that it does not disturb that.
extension MemoryTests {
    /// What a day costs AWS and what its callers see: a million jobs on demand, ten minutes of it each time.
    @Suite struct DaySimulationTests {
        @Test func tenMinutesKeepToTheBudget() async {
            await expectOrder(of: DaySimulation(DaySimulationLoad(seconds: 600, jobs: 7_000)))
        }

        /// Replicas share nothing, and each has half of the budget.
        @Test func twoReplicasKeepToTheirBudgets() async {
            let load = DaySimulationLoad(
                seconds: 300, jobs: 3_500, read: 0.2, watched: 0.005, replicas: 2, isHashedByPath: false)
            await expectOrder(of: DaySimulation(load))
        }

        /// Seven hundred jobs that are followed all at once: ten times the calls that the budget has.
        @Test func tenTimesTheBudgetIsRefusedInOrder() async {
            let simulation = DaySimulation(
                DaySimulationLoad(seconds: 20, closing: 50, jobs: 700, read: 0, watched: 1, watchers: 1, early: 0))
            await run(simulation)
            #expect(simulation.tally.unexpected.isEmpty)
            #expect(simulation.outcomes("limited") == 0)
            #expect(simulation.calls.mostInASecond <= 15)
            #expect(simulation.tally.refused > 0)
            // From when there is more to ask than may be asked, the budget is used.
            #expect(Double(simulation.calls.count) > 0.7 * 15 / 1.05 * 45)
        }

        @Test(.longOnly, arguments: [1, 2])
        func aDayOfAMillionJobs(replicas: Int) async {
            await expectOrder(of: DaySimulation(DaySimulationLoad(replicas: replicas)))
        }

        private func run(_ simulation: DaySimulation) async {
            let start = ContinuousClock.now
            await simulation.run()
            print("A day on a clock of its own, in \(ContinuousClock.now - start):\n\(simulation.table)")
        }

        private func expectOrder(of simulation: DaySimulation) async {
            await run(simulation)
            let tally = simulation.tally
            #expect(simulation.calls.mostInASecond <= (simulation.load.replicas == 1 ? 15 : 16))
            #expect(tally.unexpected.isEmpty)
            #expect(simulation.outcomes("limited") == 0)
            #expect(tally.mostCached <= 64 << 20)
            if TestRun.isLong { expectFigures(of: simulation) }
        }

        /// What a whole day evens out; in minutes chance has its part, and the order in which threads come to it.
        private func expectFigures(of simulation: DaySimulation) {
            let (tally, calls, paper) = (simulation.tally, Double(simulation.calls.count), simulation.callsOnPaper)
            #expect(abs(calls / paper - 1) < 0.1)
            #expect(tally.refused < tally.requests / 1_000)
            #expect(simulation.cachedPart > 0.6)
            #expect(tally.lateness.quantile(0.99) <= 1_000)
        }
    }
}
