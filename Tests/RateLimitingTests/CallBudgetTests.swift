import TestSupport
import Testing

@testable import RateLimiting

@Suite struct CallBudgetTests {
    private let start = ContinuousClock().now

    private func time(_ milliseconds: Int) -> ContinuousClock.Instant { start + .milliseconds(milliseconds) }

    private func budget(_ perSecond: Int = 15, burst: Int = 15, reserve: Int = 5) -> CallBudget {
        CallBudget(rate: Rate(perSecond, per: .seconds(1)), burst: burst, reserve: reserve, at: start)
    }

    private func mayBegin(_ budget: inout CallBudget, _ priority: CallPriority, at now: ContinuousClock.Instant) -> Bool
    {
        budget.take(for: priority, at: now)
    }

    private func take(_ budget: inout CallBudget, _ count: Int, _ priority: CallPriority, at milliseconds: Int) -> Int {
        (0..<count).count { _ in budget.take(for: priority, at: time(milliseconds)) }
    }

    @Test(arguments: [(15, 15), (20, 40), (3, 1), (7, 5), (200, 10), (1, 1)])
    func neverGrantsMoreThanTheRateInAnySecond(perSecond: Int, burst: Int) {
        var (budget, random) = (budget(perSecond, burst: burst, reserve: burst / 3), SplitMix64(seed: 8))
        // The tokens taken up to each millisecond. Both priorities want one in each, except in quiet times.
        var (sums, isQuiet) = ([0], false)
        for millisecond in 0..<60_000 {
            if millisecond % 500 == 0 { isQuiet = Int.random(in: 0..<4, using: &random) == 0 }
            let grants = isQuiet ? 0 : CallPriority.allCases.count { budget.take(for: $0, at: time(millisecond)) }
            sums.append((sums.last ?? 0) + grants)
        }
        let windows = zip(sums, sums.dropFirst(1000)).map { $1 - $0 }
        #expect(windows.max() == perSecond)
    }

    // The reference: a textbook bucket and a list of all calls.
    @Test(arguments: [(10, 5), (20, 40), (4, 1), (1, 1), (1_000, 50)])
    func agreesWithATextbookBucketAndAListOfAllCalls(perSecond: Int, burst: Int) {
        let (interval, length) = (1_000_000_000 / Int64(perSecond), Int64(1_050_000_000))
        var (budget, random) = (budget(perSecond, burst: burst, reserve: 0), SplitMix64(seed: 3))
        var (bucket, calls) = (LeakyReference(interval: interval, burst: burst), [Int64]())
        var (now, wrong) = (Int64(0), 0)
        for step in 0..<20_000 {
            now += .random(in: 0...2 * interval, using: &random)
            if step % 100 == 0 { now += .random(in: 0...5_000_000_000, using: &random) }
            let isFree = calls.suffix(perSecond).count { now - $0 < length } < perSecond
            let expected = isFree && bucket.take(at: now)
            if budget.take(for: .interactive, at: start + .nanoseconds(now)) != expected { wrong += 1 }
            if expected { calls.append(now) }
        }
        #expect(wrong == 0 && calls.count > 5_000)
    }

    @Test(arguments: [(15, 15), (200, 10), (7, 5)]) func underLoadItGivesNearlyTheRate(perSecond: Int, burst: Int) {
        var budget = budget(perSecond, burst: burst)
        var grants = 0
        for millisecond in 0..<60_000 where budget.take(for: .interactive, at: time(millisecond)) { grants += 1 }
        #expect(Double(grants) >= 0.94 * 60 * Double(perSecond))
    }

    @Test(arguments: [
        (Rate(600, per: .seconds(60)), 10, 1.0), (Rate(30, per: .seconds(60)), 1, 2.0),
        (Rate(15, per: .seconds(10)), 2, 4.0 / 3), (Rate(3, per: .milliseconds(100)), 30, 1.0),
    ])
    func aRateOverAnotherTimeIsKeptInTheSecondsThatItFills(rate: Rate, limit: Int, seconds: Double) {
        let window = CallWindow(for: rate)
        #expect(window.limit == limit)
        #expect(abs(window.length / .seconds(1) - 1.05 * seconds) < 1e-6)
    }

    @Test func backgroundCallsLeaveTheReserveInTheBucketAndHalfOfItInTheWindow() {
        var budget = budget()
        #expect(take(&budget, 100, .background, at: 0) == 10)
        for millisecond in 1..<10_000 {
            _ = budget.take(for: .background, at: time(millisecond))
            #expect(budget.tokens(at: time(millisecond)) >= 5)
        }
        #expect(take(&budget, 100, .interactive, at: 10_000) == 2)
        // The rest of the reserve can be used as calls leave the window.
        #expect((10_001..<11_050).count { take(&budget, 1, .interactive, at: $0) == 1 } >= 10)
    }

    @Test func forcedCallsLeaveTwiceTheReserve() {
        var budget = budget()
        #expect(take(&budget, 100, .forced, at: 0) == 5)
        #expect(take(&budget, 100, .background, at: 0) == 5)
        #expect(take(&budget, 100, .interactive, at: 0) == 5)
        let grants = (1_050..<61_050).count { take(&budget, 1, .forced, at: $0) == 1 }
        #expect(grants <= 60 * 5 && Double(grants) >= 0.9 * 60 * 5 / 1.05)
    }

    @Test(arguments: [
        (15, 15, 5), (15, 100, 5), (15, 45, 5), (2, 100, 1), (15, 3, 1), (15, 2, 1), (15, 1, 0), (1, 15, 0),
    ])
    func theReserveIsAThirdOfWhatCanBeginAtOnce(perSecond: Int, burst: Int, reserve: Int) {
        let options = AdmissionOptions(rate: Rate(perSecond, per: .seconds(1)), burst: burst)
        #expect(options.reserve == reserve)
        var budget = budget(perSecond, burst: burst, reserve: options.reserve)
        let grants = (0..<60_000).count { budget.take(for: .background, at: time($0)) }
        // A window of 1.05 s holds the rate without the reserve; the first window begins with a full bucket.
        let share =
            min(perSecond, burst) == 1 ? perSecond : perSecond - min(options.reserve, max(1, options.reserve / 2))
        #expect(Double(grants) >= 0.9 * Double(share) * 60 / 1.05)
        #expect(budget.take(for: .interactive, at: time(60_000)) || reserve == 0)
    }

    @Test(arguments: [1, 2, 15, 16, 47]) func tellsWhenSoManyCallsCanHaveBegun(count: Int) {
        var budget = budget()
        _ = take(&budget, 100, .interactive, at: 0)
        budget.pace(at: start)
        let wait = budget.wait(for: .interactive, count: count, at: start)
        #expect(wait > .zero)
        var now = Duration.zero
        for _ in 0..<count {
            now += budget.wait(for: .interactive, at: start + now)
            var tooEarly = budget
            #expect(!mayBegin(&tooEarly, .interactive, at: start + now - .nanoseconds(1)))
            budget.pace(at: start + now)
            #expect(mayBegin(&budget, .interactive, at: start + now))
        }
        #expect(wait >= now - .milliseconds(5) && wait <= now + .milliseconds(50))
    }

    @Test func callsAfterABurstAreEvenlySpacedWhileCallsWait() {
        var budget = budget()
        #expect(take(&budget, 20, .interactive, at: 0) == 15)
        var begins: [Int] = []
        for millisecond in 1..<5_000 {
            budget.pace(at: time(millisecond))
            if budget.take(for: .interactive, at: time(millisecond)) { begins.append(millisecond) }
        }
        #expect(begins.first == 1050)
        let gaps = zip(begins, begins.dropFirst()).map { $1 - $0 }
        #expect(gaps.min() ?? 0 >= 66 && gaps.max() ?? 0 <= 120)
    }

    @Test func throttlingLowersTheRateAndItComesBackToTheConfiguredOne() {
        var (budget, lowest) = (budget(), Double.infinity)
        for millisecond in stride(from: 0, to: 60_000, by: 5) {
            guard budget.take(for: .interactive, at: time(millisecond)) else { continue }
            let isThrottled = (10_000..<12_000).contains(millisecond)
            budget.learn(from: isThrottled ? .throttled : .answered, at: time(millisecond))
            lowest = min(lowest, budget.rate)
            #expect(budget.rate <= 15)
        }
        #expect(lowest < 7)
        #expect(budget.rate == 15)
    }

    @Test func watchersAloneBringAThrottledRateBack() {
        var budget = budget()
        for _ in 0..<30 { budget.learn(from: .throttled, at: start) }
        #expect(budget.rate == 0.5 && budget.tokens(at: start) == 1)
        for millisecond in 0..<40_000 where budget.take(for: .background, at: time(millisecond)) {
            budget.learn(from: .answered, at: time(millisecond))
        }
        #expect(budget.rate == 15)
    }

    @Test func whileThrottledTheBucketHoldsASecondOfTheLowerRate() {
        var budget = budget(10, burst: 10)
        for _ in 0..<4 { budget.learn(from: .throttled, at: start) }
        #expect(abs(budget.rate - 2.401) < 1e-9 && budget.tokens(at: start) == 2)
        #expect(take(&budget, 10, .interactive, at: 0) == 2)
        #expect(abs(budget.tokens(at: time(250)) - 0.25 * 2.401) < 1e-9)
        #expect(take(&budget, 10, .interactive, at: 416) == 0 && take(&budget, 10, .interactive, at: 417) == 1)
    }

    @Test func timeThatStepsBackAddsNoToken() {
        var budget = budget(1, burst: 1, reserve: 0)
        #expect(take(&budget, 2, .interactive, at: 0) == 1)
        #expect([-100_000, 1_049, 1_050].map { take(&budget, 1, .interactive, at: $0) } == [0, 0, 1])
    }

    @Test func anAbandonedCallChangesNoRate() {
        var budget = budget()
        for _ in 0..<5 { budget.learn(from: .throttled, at: start) }
        let before = budget.rate
        for second in 1..<100 { budget.learn(from: .abandoned, at: start + .seconds(second)) }
        #expect(budget.rate == before)
    }
}
