import RateLimiting
import Synchronization
import Testing

@Suite struct UpstreamBudgetTests {
    private let start = ContinuousClock().now

    private func time(_ milliseconds: Int) -> ContinuousClock.Instant { start + .milliseconds(milliseconds) }

    private func budget(_ perSecond: Int = 15, burst: Int = 15, reserve: Int = 5) -> UpstreamBudget {
        UpstreamBudget(rate: Rate(perSecond, per: .seconds(1)), burst: burst, reserve: reserve, at: start)
    }

    @Test(arguments: [(15, 15), (20, 40), (3, 1), (7, 5), (200, 10)])
    func grantsNoMoreThanTheRateInAnySecondOfOverload(perSecond: Int, burst: Int) {
        let budget = budget(perSecond, burst: burst, reserve: burst / 3)
        // Grants up to each millisecond, in each of which both kinds want a call.
        var sums = [0]
        for millisecond in 0..<60_000 {
            let grants = UpstreamBudget.Priority.allCases.count {
                budget.take(for: $0, at: time(millisecond)) == .granted
            }
            sums.append((sums.last ?? 0) + grants)
        }
        let windows = zip(sums, sums.dropFirst(1000)).map { $1 - $0 }
        #expect((windows.max() ?? 0) <= perSecond + burst)
        // After so many milliseconds the burst is gone.
        let settled = windows.dropFirst(2 * burst)
        #expect((settled.max() ?? 0) <= perSecond)
        #expect((settled.min() ?? 0) >= perSecond - 1)
    }

    @Test func backgroundNeverUsesTheReserve() {
        let budget = budget()
        var (random, background, intrusions) = (SplitMix(state: 5), 0, 0)
        for millisecond in 0..<300_000 where Int.random(in: 0..<60, using: &random) == 0 {
            let priority = UpstreamBudget.Priority.allCases.randomElement(using: &random) ?? .interactive
            let grant = budget.take(for: priority, at: time(millisecond))
            guard priority == .background, grant == .granted else { continue }
            background += 1
            if budget.tokens(at: time(millisecond)) < 5 { intrusions += 1 }
        }
        #expect(background > 1000 && intrusions == 0)
    }

    @Test func interactiveMissesHaveTheReserveToThemselves() {
        let budget = budget()
        let background = (0..<100).count { _ in budget.take(for: .background, at: start) == .granted }
        let interactive = (0..<100).count { _ in budget.take(for: .interactive, at: start) == .granted }
        #expect(background == 10 && interactive == 5)
    }

    @Test(arguments: UpstreamBudget.Priority.allCases) func tellsWhenACallWouldBeGranted(
        priority: UpstreamBudget.Priority
    ) throws {
        let budget = budget()
        while budget.take(for: .interactive, at: start) == .granted {}
        guard case .refused(let wait) = budget.take(for: priority, at: start) else {
            Issue.record("granted from an empty bucket")
            return
        }
        #expect(budget.take(for: priority, at: start + wait - .nanoseconds(1)) != .granted)
        #expect(budget.take(for: priority, at: start + wait) == .granted)
    }

    @Test func throttlingLowersTheRateAndItComesBackToTheConfiguredOne() {
        let budget = budget()
        var lowest = Double.infinity
        for millisecond in stride(from: 0, to: 60_000, by: 5) {
            guard budget.take(for: .interactive, at: time(millisecond)) == .granted else { continue }
            let isThrottled = (10_000..<12_000).contains(millisecond)
            if isThrottled { budget.throttled(at: time(millisecond)) } else { budget.succeeded(at: time(millisecond)) }
            lowest = min(lowest, budget.rate)
            #expect(budget.rate <= 15)
        }
        #expect(lowest < 7)
        #expect(budget.rate == 15)
    }

    @Test func watchersAloneBringAThrottledRateBack() {
        let budget = budget()
        for _ in 0..<30 { budget.throttled(at: start) }
        #expect(budget.rate == 0.5 && budget.tokens(at: start) == 1)
        for millisecond in 0..<30_000 where budget.take(for: .background, at: time(millisecond)) == .granted {
            budget.succeeded(at: time(millisecond))
        }
        #expect(budget.rate == 15)
    }

    @Test func grantsExactlyTheBurstAcrossThreads() async {
        let budget = budget(1000, burst: 1000, reserve: 0)
        let granted = Atomic(0)
        await onThreads(8) { [start] _ in
            let mine = (0..<20_000).count { _ in budget.take(for: .background, at: start) == .granted }
            granted.add(mine, ordering: .relaxed)
        }
        #expect(granted.load(ordering: .relaxed) == 1000)
    }
}
