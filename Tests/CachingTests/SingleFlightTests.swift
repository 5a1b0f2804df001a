import Caching
import Testing

extension CachingTests {
    @Suite struct SingleFlightTests {
        private let flights = SingleFlight<JobKey, Int>(limit: 10_000)
        private let key = JobKey(1)

        /// Joins and returns the flight that this leads; nil if there is one already, or no room.
        private func begin(_ key: JobKey, as waiter: Int) -> SingleFlight<JobKey, Int>.Flight? {
            guard case .leads(let flight) = flights.join(key, as: waiter) else { return nil }
            return flight
        }

        @Test func theFirstLeadsAndTheOthersJoin() {
            #expect(begin(key, as: 1) != nil)
            #expect(flights.join(key, as: 2) == .joined)
            #expect(begin(JobKey(2), as: 3) != nil)
            #expect((flights.count, flights.waiting) == (2, 3))
        }

        @Test func finishingGivesTheWaitersOfThatFlightInOrder() throws {
            let flight = try #require(begin(key, as: 0))
            for waiter in 1..<100 { _ = flights.join(key, as: waiter) }
            _ = flights.join(JobKey(2), as: 100)
            #expect(flights.finish(flight) == Array(0..<100))
            #expect((flights.count, flights.waiting) == (1, 1))
        }

        @Test func afterFinishingANewFlightBegins() throws {
            let first = try #require(begin(key, as: 1))
            _ = flights.finish(first)
            let second = try #require(begin(key, as: 2))
            #expect(flights.finish(first) == [])
            #expect(flights.finish(second) == [2])
            #expect(flights.finish(second) == [])
        }

        @Test func aRefreshLeadsWithoutAWaiterAndIsJoined() throws {
            let flight = try #require(flights.lead(key))
            #expect(flights.lead(key) == nil)
            #expect(flights.join(key, as: 1) == .joined)
            #expect(flights.finish(flight) == [1])
            #expect(flights.lead(key) != nil)
        }

        @Test func isFullAtTheLimitUntilAFlightFinishes() throws {
            let (first, second) = (try #require(begin(key, as: 0)), try #require(begin(JobKey(2), as: 0)))
            for waiter in 1..<9_000 { _ = flights.join(key, as: waiter) }
            for waiter in 1..<1_000 { _ = flights.join(JobKey(2), as: waiter) }
            #expect(flights.join(key, as: -1) == .full)
            #expect(flights.join(JobKey(3), as: -1) == .full)
            #expect(flights.count == 2, "the one refused began no flight")
            #expect(flights.lead(JobKey(3)) != nil, "a refresh takes no waiter's place")
            #expect(flights.finish(second).count == 1_000)
            #expect(flights.join(key, as: 9_000) == .joined)
            #expect(flights.finish(first) == Array(0...9_000))
            #expect(flights.waiting == 0)
        }

        @Test(arguments: [true, false]) func aDetachedFlightKeepsItsWaitersAndTakesNoOther(detachesAll: Bool) throws {
            let (first, other) = (try #require(begin(key, as: 1)), try #require(begin(JobKey(2), as: 2)))
            if detachesAll { flights.detachAll() } else { flights.detach(key) }
            let second = try #require(begin(key, as: 3))
            #expect(flights.join(key, as: 4) == .joined)
            #expect((begin(JobKey(2), as: 5) != nil) == detachesAll)
            #expect((flights.count, flights.waiting) == (detachesAll ? 4 : 3, 5))
            #expect(flights.finish(first) == [1])
            #expect(flights.finish(first) == [])
            #expect(flights.join(key, as: 6) == .joined, "the end of the detached flight leaves the new one alone")
            #expect(flights.finish(second) == [3, 4, 6])
            #expect(flights.finish(other) == (detachesAll ? [2] : [2, 5]))
        }
    }
}
