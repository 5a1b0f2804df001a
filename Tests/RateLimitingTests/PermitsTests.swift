import RateLimiting
import Synchronization
import Testing

@Suite struct PermitsTests {
    private struct Failure: Error {}

    private func call(_ permits: Permits, failing: Bool) async throws -> Int {
        guard let permit = permits.acquire() else { return -1 }
        await Task.yield()
        if failing { throw Failure() }
        let during = permits.inFlight
        permit.release()
        return during
    }

    private func mention(_ permit: borrowing Permit) {}

    private func refuses(_ permits: Permits) -> Bool {
        guard let permit = permits.acquire() else { return true }
        permit.release()
        return false
    }

    @Test func givesNoMoreThanTheLimit() throws {
        let permits = Permits(limit: 2)
        guard let first = permits.acquire(), let second = permits.acquire() else { throw Failure() }
        #expect(permits.inFlight == 2 && refuses(permits))
        second.release()
        #expect(permits.inFlight == 1 && !refuses(permits))
        first.release()
        #expect(permits.inFlight == 0)
    }

    @Test func isHeldAcrossSuspensionsAndGivenBackAtTheEnd() async throws {
        let permits = Permits(limit: 1)
        #expect(try await call(permits, failing: false) == 1)
        #expect(permits.inFlight == 0)
    }

    @Test func isGivenBackWhenTheCallThrows() async {
        let permits = Permits(limit: 1)
        await #expect(throws: Failure.self) { try await call(permits, failing: true) }
        #expect(permits.inFlight == 0)
    }

    @Test func lastsToTheEndOfItsScopeThoughNobodyUsesItAgain() throws {
        let permits = Permits(limit: 1)
        do {
            guard let permit = permits.acquire() else { throw Failure() }
            mention(permit)
            #expect(permits.inFlight == 1 && refuses(permits))
        }
        #expect(permits.inFlight == 0)
    }

    @Test func neverExceedsTheLimitNorFallsBelowZeroAcrossThreads() async {
        let permits = Permits(limit: 3)
        let held = Atomic(0)
        let most = Atomic(0)
        let outside = Atomic(0)
        await onThreads(8) { _ in
            for _ in 0..<100_000 {
                guard let permit = permits.acquire() else { continue }
                most.max(held.add(1, ordering: .relaxed).newValue, ordering: .relaxed)
                if !(1...3).contains(permits.inFlight) { outside.add(1, ordering: .relaxed) }
                held.subtract(1, ordering: .relaxed)
                permit.release()
            }
        }
        #expect(outside.load(ordering: .relaxed) == 0)
        #expect(most.load(ordering: .relaxed) <= 3)
        #expect(permits.inFlight == 0)
    }
}
