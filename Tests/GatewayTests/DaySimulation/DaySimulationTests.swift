import TestSupport
import Testing

// Within the suite that measures the memory of the process: that is serialized, so the two do not disturb each other.
extension MemoryTests {
    /// What a day costs in calls to AWS, and what its clients see: ten minutes of it, or with LONG_TESTS=1 a million jobs.
    @Suite struct DaySimulationTests {
        @Test(arguments: [false, true]) func tenMinutesKeepToTheBudget(hasList: Bool) async {
            await expectOrder(of: DaySimulation(.init(seconds: 600, jobs: 7_000, hasList: hasList)))
        }

        /// Replicas share nothing, and each has half of the budget.
        @Test func twoReplicasKeepToTheirBudgets() async {
            let load = DaySimulation.Load(
                seconds: 300, jobs: 3_500, read: 0.2, watched: 0.005, replicas: 2, isHashedByPath: false)
            await expectOrder(of: DaySimulation(load))
        }

        /// Seven hundred jobs that are polled at once: ten times the calls that the budget has.
        @Test(arguments: [false, true]) func tenTimesTheBudgetIsRefusedInOrder(hasList: Bool) async {
            let simulation = DaySimulation(
                .init(
                    seconds: 20, closing: 50, jobs: 700, read: 0, watched: 1, watchers: 1, early: 0, hasList: hasList))
            await run(simulation)
            #expect(simulation.observations.unexpected.isEmpty)
            #expect(simulation.outcomes("limited") == 0)
            #expect(simulation.calls.mostInASecond <= 15)
            #expect(simulation.observations.refused > 0)
            // As long as more calls are wanted than the budget has, the budget is used.
            #expect(Double(simulation.calls.count) > 0.7 * 15 / 1.05 * 45)
        }

        /// A gateway that has just started, and 300 clients that follow a job each: 21 s of the budget.
        @Test func aColdStartRefusesNoClientTwice() async {
            let simulation = DaySimulation(
                .init(
                    seconds: 1, closing: 30, jobs: 300, meanLength: 3_600, read: 0, watched: 1, watchers: 1, early: 0,
                    clients: 300))
            await run(simulation)
            let observations = simulation.observations
            #expect(observations.unexpected.isEmpty)
            // Those of the first five seconds have a turn; and a few come again late.
            #expect((200...240).contains(observations.refused))
            #expect(simulation.calls.count >= 300)
        }

        /// Seven hundred jobs, followed for ten minutes: four times the calls that the budget has.
        @Test(.longOnly, arguments: [false, true]) func sevenHundredFollowedJobs(hasList: Bool) async {
            let simulation = DaySimulation(
                .init(
                    seconds: 60, closing: 660, jobs: 700, meanLength: 1_800, read: 0, watched: 1, early: 0,
                    hasList: hasList))
            await run(simulation)
            let observations = simulation.observations
            #expect(observations.unexpected.isEmpty)
            #expect(simulation.calls.mostInASecond <= 15)
            guard hasList else { return }
            #expect(observations.ages.quantile(0.5) <= 8 && observations.ages.quantile(0.99) <= 30)
            #expect(simulation.calls.pages <= 661)
        }

        /// Three times the calls that the budget has, wanted for some 200 jobs that are followed, or one half of them for jobs
        /// that are asked for the first time. For a minute or three, or with LONG_TESTS=1 for ten.
        @Test(arguments: Overload.allCases) func threeTimesTheBudgetIsRefreshedInOrder(load: Overload) async {
            let simulation = DaySimulation(TestRun.isLong ? load.tenMinutes : load.short)
            await run(simulation)
            let observations = simulation.observations
            #expect(observations.unexpected.isEmpty)
            #expect(simulation.calls.mostInASecond <= 15)
            #expect(observations.ages.quantile(0.5) <= Overload.interval / 2)
            #expect(observations.ages.quantile(0.99) <= (TestRun.isLong ? load.largestAge : Overload.interval))
            // A job whose turn is far off is asked for again after two seconds, so 200 jobs are so a hundred times a second.
            #expect(load != .followed || simulation.fetchesWithoutCall <= 120 * (simulation.load.closing ?? 0))
        }

        @Test(.longOnly, arguments: [(1, false), (1, true), (2, false)])
        func aDayOfAMillionJobs(replicas: Int, hasList: Bool) async {
            await expectOrder(of: DaySimulation(.init(replicas: replicas, hasList: hasList)))
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

/// More calls than the budget has, in two ways.
enum Overload: CaseIterable {
    case followed, firstSeen

    /// 130 jobs begin in a minute, and 80 % are followed; or 1,600, of which 3 % are followed, and 90 % are read later.
    var tenMinutes: DaySimulation.Load {
        switch self {
        case .followed: .init(seconds: 600, closing: 600, jobs: 1_300, read: 0.2, watched: 0.8)
        case .firstSeen: .init(seconds: 600, closing: 600, jobs: 16_000, read: 0.9, watched: 0.03)
        }
    }

    /// As many followed jobs as in the ten minutes, from the beginning on; or three minutes of the ten. Jobs are read when they
    /// have ended, two minutes after their begin.
    var short: DaySimulation.Load {
        switch self {
        case .followed: .init(seconds: 20, closing: 80, jobs: 260, read: 0.2, watched: 0.8)
        case .firstSeen: .init(seconds: 180, closing: 180, jobs: 4_800, read: 0.9, watched: 0.03)
        }
    }

    /// The mean time between two refreshes of a job, in seconds: of 200 jobs where first requests leave refreshes half of the
    /// budget of 15 calls in 1.05 s, or of 100 where refreshes have the quarter that is theirs.
    static let interval = 28

    /// If jobs were refreshed exactly in turn, none would be older than the interval, and the median would be half of it. A
    /// client may come up to two seconds after its job's turn. Beside first requests a refresh has a call only when the share
    /// owes it one: that is another half of the interval. After 35 s a job that is followed waits like a first request.
    /// The short runs end before so many jobs wait: there the interval itself is the limit.
    var largestAge: Int { self == .followed ? Self.interval + 4 : Self.interval * 3 / 2 + 2 }
}
