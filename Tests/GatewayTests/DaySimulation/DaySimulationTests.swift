import TestSupport
import Testing

// Within the suite that measures the memory of the process: that is serialized, so the two do not disturb each other.
extension MemoryTests {
    /// What a day costs in calls to AWS, and what its clients see: ten minutes of it, or with LONG_TESTS=1 a million jobs.
    @Suite struct DaySimulationTests {
        @Test func tenMinutesKeepToTheBudget() async {
            await expectOrder(of: DaySimulation(.init(seconds: 600, jobs: 7_000)))
        }

        /// Replicas share nothing, and each has half of the budget.
        @Test func twoReplicasKeepToTheirBudgets() async {
            let load = DaySimulation.Load(
                seconds: 300, jobs: 3_500, read: 0.2, watched: 0.005, replicas: 2, isHashedByPath: false)
            await expectOrder(of: DaySimulation(load))
        }

        /// Seven hundred jobs that are polled at once: ten times the calls that the budget has.
        @Test func tenTimesTheBudgetIsRefusedInOrder() async {
            let simulation = DaySimulation(
                .init(seconds: 20, closing: 50, jobs: 700, read: 0, watched: 1, watchers: 1, early: 0))
            await run(simulation)
            #expect(simulation.observations.unexpected.isEmpty)
            #expect(simulation.outcomes("limited") == 0)
            #expect(simulation.calls.mostInASecond <= 15)
            #expect(simulation.observations.refused > 0)
            // As long as more calls are wanted than the budget has, the budget is used.
            #expect(Double(simulation.calls.count) > 0.7 * 15 / 1.05 * 45)
        }

        @Test(.longOnly, arguments: [1, 2])
        func aDayOfAMillionJobs(replicas: Int) async {
            await expectOrder(of: DaySimulation(.init(replicas: replicas)))
        }

        private func run(_ simulation: DaySimulation) async {
            let start = ContinuousClock.now
            await simulation.run()
            print("A day on a clock of its own, in \(ContinuousClock.now - start):\n\(simulation.table)")
        }

        private func expectOrder(of simulation: DaySimulation) async {
            await run(simulation)
            let observations = simulation.observations
            #expect(simulation.calls.mostInASecond <= (simulation.load.replicas == 1 ? 15 : 16))
            #expect(observations.unexpected.isEmpty)
            #expect(simulation.outcomes("limited") == 0)
            #expect(observations.mostCached <= 64 << 20)
            if TestRun.isLong { expectFigures(of: simulation) }
        }

        /// Figures that hold for a whole day. In ten minutes chance and the order of the threads move them too much.
        private func expectFigures(of simulation: DaySimulation) {
            let (observations, calls, paper) = (
                simulation.observations, Double(simulation.calls.count), simulation.callsOnPaper
            )
            #expect(abs(calls / paper - 1) < 0.1)
            #expect(observations.refused < observations.requests / 1_000)
            #expect(simulation.cachedPart > 0.6)
            #expect(observations.lateness.quantile(0.99) <= 1_000)
        }
    }
}
