import AWSCredentials
import Formats
import SigV4
import Synchronization
import TestSupport
import UpstreamTestSupport

/// What AWS accepts at each moment: the sets that a source has issued, each until its end, or for longer while the
/// source has nothing new to give.
final class Acceptance: Sendable {
    private let ends = Mutex<[String: Timestamp]>([:])
    private let newest = Mutex("")

    func issue(_ credentials: Credentials) {
        ends.withLock { $0[credentials.accessKeyID] = credentials.expiration }
        newest.withLock { $0 = credentials.accessKeyID }
    }

    /// From now on until `end`.
    func extend(to end: Timestamp) {
        let newest = newest.withLock { $0 }
        ends.withLock { $0[newest] = end }
    }

    func accepts(_ credentials: Credentials, at now: Timestamp) -> Bool {
        ends.withLock { ends in ends[credentials.accessKeyID].map { now < $0 } ?? false }
    }

    func acceptsAny(at now: Timestamp) -> Bool { ends.withLock { ends in ends.values.contains { now < $0 } } }
}

/// One refresher with its clock, its events and what becomes of the look-ups that it signs.
final class Life: Sendable {
    let clock = ManualClock(wallTime: .noon)
    /// How often the refresher has read the clock.
    private let reads = Atomic(0)
    let acceptance = Acceptance()
    private let events = Mutex<[RefreshEvent]>([])
    private let cooldowns = Mutex<Int64>(0)

    /// Runs a refresher over `provider` for the length of `body`. The cooldowns spread over five to ten minutes.
    func lived(on provider: some CredentialsProvider, _ body: (CredentialsRefresher) async throws -> Void) async throws
    {
        let refresher = CredentialsRefresher(
            provider: provider, now: { self.readClock() }, tick: .microseconds(200), cooldown: { self.cooldown() },
            report: { event in self.events.withLock { $0.append(event) } })
        let run = Task { await refresher.run() }
        let result: Result<Void, any Error>
        do {
            _ = try await refresher.current(at: clock.wallTime)
            result = .success(try await body(refresher))
        } catch { result = .failure(error) }
        run.cancel()
        await run.value
        try result.get()
    }

    /// Moves the clock on, and waits until the refresher has done what it has to do by then. A look reads the clock once,
    /// one that fetches four times; twelve reads hold a whole look that began after the change, whatever was under way.
    func advance(seconds: Int64) async {
        clock.advance(by: .seconds(seconds))
        let goal = reads.load(ordering: .sequentiallyConsistent) + 12
        while reads.load(ordering: .sequentiallyConsistent) < goal { try? await Task.sleep(for: .microseconds(200)) }
    }

    private func readClock() -> Timestamp {
        let now = clock.wallTime
        reads.add(1, ordering: .sequentiallyConsistent)
        return now
    }

    var rotations: Int {
        events.withLock { events in
            events.count { event in
                if case .refreshed = event { true } else { false }
            }
        }
    }

    var failures: Int { events.withLock { $0.count } - rotations }

    private func cooldown() -> Int64 {
        cooldowns.withLock { cooldown in
            cooldown = (cooldown + 97_000) % 300_001
            return 300_000 + cooldown
        }
    }

    /// Signs as the gateway does: with the set in use, and where AWS refuses it, with another. False where AWS refused
    /// although it accepts one of the sets that were issued.
    func looksUp(with refresher: CredentialsRefresher) async -> Bool {
        let now = clock.wallTime
        do throws(CredentialsError) {
            let current = try await refresher.current(at: now)
            if acceptance.accepts(current, at: now) { return true }
            return acceptance.accepts(try await refresher.replacement(for: current, at: now), at: now)
        } catch {
            return !acceptance.acceptsAny(at: now)
        }
    }
}
