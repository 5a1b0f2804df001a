import Caching
import HTTPExchange
import RateLimiting
import Synchronization
import Testing
import Transcribe

@testable import Gateway

@Suite struct FetcherTests {
    private let clock = ManualClock()
    private let source = FakeSource()

    private func fetcher(burst: Int) -> Fetcher {
        var options = FetchOptions(admission: AdmissionOptions(burst: burst))
        options.clock = { [clock] in clock.now }
        return Fetcher(
            source: source, options: options, cache: JobCache(capacity: 1 << 20, shards: 1), hash: { _ in 1 },
            report: { _ in })
    }

    private func request(
        _ name: JobName, because forwarding: Forwarding = .stale, isRefresh: Bool = false
    ) -> FetchRequest {
        FetchRequest(name: name, forwarding: forwarding, caller: 1, isRefresh: isRefresh)
    }

    private func waiter(_ name: JobName, _ landed: Landings, forwarding: Forwarding = .miss) -> Waiter {
        Waiter(request: request(name, because: forwarding)) {
            landing, isCollapsed in
            landed.add(landing, isCollapsed)
            return nil
        }
    }

    /// The refresh may not have the last token; who waits for the same job may, and gets it.
    @Test func givesWhoWaitsTheTokenThatItsFlightHadToLeave() async throws {
        let fetcher = fetcher(burst: 3)
        let (name, landed) = (try JobName("a"), Landings())
        for _ in 1...2 {
            try await fetcher.admission.admit(1, priority: .interactive, by: .now + .seconds(5)).finish(.answered)
        }
        fetcher.refresh(request(name, isRefresh: true))
        #expect(fetcher.join(as: waiter(name, landed)) == .joined)
        #expect(fetcher.join(as: waiter(name, landed, forwarding: .request)) == .joined)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await fetcher.run() }
            #expect(await eventually { landed.count == 2 })
            group.cancelAll()
        }
        #expect(source.calls == 1)
        // The one who demanded was refused with the refresh; the other one flew again, now first.
        #expect(landed.summary == ["failed collapsed", "answered"])
    }

    @Test func takesAllButTheFirstOfAFlightForCollapsedAndARefreshesWaitersToo() async throws {
        let fetcher = fetcher(burst: 10)
        let (first, second, landed) = (try JobName("a"), try JobName("b"), Landings())
        for _ in 1...2 { _ = fetcher.join(as: waiter(first, landed)) }
        fetcher.refresh(request(second, isRefresh: true))
        _ = fetcher.join(as: waiter(second, landed))
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await fetcher.run() }
            #expect(await eventually { landed.count == 3 })
            group.cancelAll()
        }
        #expect(landed.summary.sorted() == ["answered", "answered collapsed", "answered collapsed"])
    }
}

/// What waiters were told.
private final class Landings: Sendable {
    private let texts = Mutex<[String]>([])

    var count: Int { texts.withLock(\.count) }
    var summary: [String] { texts.withLock { $0 } }

    func add(_ landing: Landing, _ isCollapsed: Bool) {
        let word =
            switch landing {
            case .answered: "answered"
            case .failed, .tooManyWaiting: "failed"
            }
        texts.withLock { $0.append(word + (isCollapsed ? " collapsed" : "")) }
    }
}
