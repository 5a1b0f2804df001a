import Synchronization
import TestSupport
import Testing

@testable import RateLimiting

@Suite struct ClientLimiterTests {
    private let start = ContinuousClock().now

    private func limiter(_ perSecond: Int, burst: Int, capacity: Int = 1 << 20) -> ClientLimiter {
        ClientLimiter(
            ClientLimit(rate: Rate(perSecond, per: .seconds(1)), burst: burst), capacity: capacity, epoch: start)
    }

    @Test func tellsTheNumbersOfTheHeaderFields() {
        let limiter = limiter(100, burst: 200)
        let first = limiter.admit(1, cost: 83, at: start)
        #expect(first.admitted)
        #expect([first.quota, first.window, first.remaining, first.reset] == [200, 2, 117, 1])
        _ = limiter.admit(1, cost: 117, at: start)
        let refused = limiter.admit(1, at: start)
        #expect(!refused.admitted)
        #expect([refused.quota, refused.window, refused.remaining, refused.reset] == [200, 2, 0, 1])
    }

    /// It has read the clock and then waited for the lock, which another request of the client had.
    @Test func aThreadWithAnEarlierTimeFindsNoLargerDebt() {
        let limiter = limiter(1, burst: 10)
        let first = limiter.admit(1, at: start + .seconds(10))
        #expect([first.remaining, first.reset] == [9, 1])
        let second = limiter.admit(1, at: start + .seconds(8))
        #expect([second.remaining, second.reset] == [8, 2])
        let third = limiter.admit(1, at: start + .seconds(11))
        #expect([third.remaining, third.reset] == [8, 2])
    }

    @Test(arguments: [3, 7, 15, 100]) func theResetOfARefusalIsNeverTooEarly(perMinute: Int) {
        let limiter = ClientLimiter(ClientLimit(rate: Rate(perMinute, per: .seconds(60)), burst: 2), epoch: start)
        _ = limiter.admit(1, cost: 2, at: start)
        for cost in 1...2 {
            let refused = limiter.admit(1, cost: cost, at: start)
            #expect(!refused.admitted && refused.reset >= 1)
            let late = ClientLimiter(ClientLimit(rate: Rate(perMinute, per: .seconds(60)), burst: 2), epoch: start)
            _ = late.admit(1, cost: 2, at: start)
            #expect(late.admit(1, cost: cost, at: start + .seconds(refused.reset)).admitted)
        }
    }

    @Test func agreesWithOneTextbookBucketForEachClient() {
        let (limiter, rate) = (limiter(10, burst: 5), Rate(10, per: .seconds(1)))
        var random = SplitMix64(seed: 2)
        let keys = [0, 1, .max] + (0..<300).map { _ in UInt64.random(in: 0 ... .max, using: &random) }
        var references: [UInt64: LeakyReference] = [:]
        var (now, wrong) = (Int64(0), 0)
        for _ in 0..<100_000 {
            now += .random(in: 0...700_000, using: &random)
            let key = keys.randomElement(using: &random) ?? 0
            let decision = limiter.admit(key, at: start + .nanoseconds(now))
            let fresh = LeakyReference(interval: rate.emissionInterval, burst: 5)
            let admitted = references[key, default: fresh].take(at: now)
            if decision.admitted != admitted || decision.remaining != references[key]?.remaining { wrong += 1 }
        }
        #expect(wrong == 0)
    }

    @Test func remembersEveryActiveClientUpToItsCapacity() {
        let limiter = limiter(1, burst: 3, capacity: 100_000)
        var admitted = 0
        for _ in 0..<4 {
            for key in 0..<UInt64(100_000) where limiter.admit(key &* 0x1_0001, at: start).admitted { admitted += 1 }
        }
        #expect(admitted == 300_000)
    }

    @Test func forgetsIdleClientsFirst() {
        let limiter = limiter(1, burst: 10, capacity: 1)
        _ = limiter.admit(7, cost: 10, at: start)
        for second in 1...9 {
            for key in 0..<UInt64(300) {
                _ = limiter.admit(UInt64(second) * 1000 + key, at: start + .seconds(second))
            }
        }
        #expect(limiter.admit(7, at: start + .seconds(9)).remaining == 8)
    }

    @Test func whenAllAreActiveItAdmitsTheNewClientAndKeepsTheHeaviest() {
        let limiter = limiter(1, burst: 10, capacity: 1)
        _ = limiter.admit(.max, cost: 10, at: start)
        let refused = (0..<UInt64(100_000)).count { !limiter.admit($0, at: start).admitted }
        #expect(refused == 0)
        #expect(!limiter.admit(.max, at: start).admitted)
        let regained = (0..<UInt64(100_000)).count { limiter.admit($0, at: start).remaining == 9 }
        #expect(regained > 90_000)
    }

    @Test func admitsExactlyTheBurstAcrossThreads() async {
        let limiter = limiter(1, burst: 1000)
        let admitted = Atomic(0)
        await onThreads(8) { [start] _ in
            let mine = (0..<UInt64(100_000)).count { limiter.admit($0 % 50, at: start).admitted }
            admitted.add(mine, ordering: .relaxed)
        }
        #expect(admitted.load(ordering: .relaxed) == 50 * 1000)
    }

    @Test func growsUnderManyThreadsWithoutLosingAClient() async {
        let limiter = limiter(1, burst: 2)
        let admitted = Atomic(0)
        await onThreads(8) { [start] thread in
            let shifted = (0..<UInt64(20_000)).map { ($0 + UInt64(thread) * 2500) % 20_000 }
            admitted.add(shifted.count { limiter.admit($0, at: start).admitted }, ordering: .relaxed)
        }
        #expect(admitted.load(ordering: .relaxed) == 40_000)
    }
}
