import Caching
import Testing

extension CachingTests {
    @Suite struct SingleFlightTests {
        private let flights = SingleFlight<JobKey, Int>(limit: 10_000)
        private let key = JobKey(1)

        @Test func theFirstLeadsAndTheOthersJoin() {
            #expect(flights.join(key, as: 1) == .leads)
            #expect(flights.join(key, as: 2) == .joined)
            #expect(flights.join(JobKey(2), as: 3) == .leads)
            #expect((flights.count, flights.waiting) == (2, 3))
        }

        @Test func finishingGivesTheWaitersOfThatFlightInOrder() {
            for waiter in 0..<100 { _ = flights.join(key, as: waiter) }
            _ = flights.join(JobKey(2), as: 100)
            #expect(flights.finish(key) == Array(0..<100))
            #expect((flights.count, flights.waiting) == (1, 1))
        }

        @Test func afterFinishingANewFlightBegins() {
            _ = flights.join(key, as: 1)
            _ = flights.finish(key)
            #expect(flights.join(key, as: 2) == .leads)
            #expect(flights.finish(key) == [2])
            #expect(flights.finish(key) == [])
        }

        @Test func aRefreshLeadsWithoutAWaiterAndIsJoined() {
            #expect(flights.lead(key))
            #expect(!flights.lead(key))
            #expect(flights.join(key, as: 1) == .joined)
            #expect(flights.finish(key) == [1])
            #expect(flights.lead(key))
        }

        @Test func isFullAtTheLimitUntilAFlightFinishes() {
            for waiter in 0..<9_000 { _ = flights.join(key, as: waiter) }
            for waiter in 0..<1_000 { _ = flights.join(JobKey(2), as: waiter) }
            #expect(flights.join(key, as: -1) == .full)
            #expect(flights.join(JobKey(3), as: -1) == .full)
            #expect(flights.count == 2, "the one refused began no flight")
            #expect(flights.lead(JobKey(3)), "a refresh takes no waiter's place")
            #expect(flights.finish(JobKey(2)).count == 1_000)
            #expect(flights.join(key, as: 9_000) == .joined)
            #expect(flights.finish(key) == Array(0...9_000))
            #expect(flights.waiting == 0)
        }
    }
}
