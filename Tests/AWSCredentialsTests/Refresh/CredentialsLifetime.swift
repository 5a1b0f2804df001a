import AWSCredentials
import Formats
import SigV4
import Synchronization
import TestSupport
import UpstreamTestSupport

/// The sets that AWS accepts: those that a source has issued, each until its expiration, or for longer where AWS extends
/// it.
final class Acceptance: Sendable {
    private let ends = Mutex<[String: Timestamp]>([:])
    private let newest = Mutex("")

    func issue(_ credentials: Credentials) {
        ends.withLock { $0[credentials.accessKeyID] = credentials.expiration }
        newest.withLock { $0 = credentials.accessKeyID }
    }

    /// AWS accepts the newest set until `end`.
    func extend(to end: Timestamp) {
        let newest = newest.withLock { $0 }
        ends.withLock { $0[newest] = end }
    }

    func accepts(_ credentials: Credentials, at now: Timestamp) -> Bool {
        ends.withLock { ends in ends[credentials.accessKeyID].map { now < $0 } ?? false }
    }

    func acceptsAny(at now: Timestamp) -> Bool { ends.withLock { ends in ends.values.contains { now < $0 } } }
}

/// A refresher with its clock and its events, and the sets that AWS accepts.
final class CredentialsLifetime: Sendable {
    let clock = ManualClock(wallTime: .noon)
    /// How often the refresher has read the clock.
    private let reads = Atomic(0)
    let acceptance = Acceptance()
    private let events = Mutex<[RefreshEvent]>([])
    private let cooldowns = Mutex<Int64>(0)

    /// Runs a refresher over `provider` for the length of `body`.
    func run(on provider: some CredentialsProvider, _ body: (CredentialsRefresher) async throws -> Void) async throws {
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

    /// Advances the clock, and waits until the refresher has done what is due. A tick reads the clock once, a tick that
    /// fetches five times: fourteen reads include a whole tick that began after the change.
    func advance(seconds: Int64) async {
        clock.advance(by: .seconds(seconds))
        let goal = reads.load(ordering: .sequentiallyConsistent) + 14
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

    private func cooldown() -> FailureCooldown {
        cooldowns.withLock { cooldown in
            cooldown = (cooldown + 97_000) % 300_001
            return FailureCooldown(
                beforeExpiration: 300_000 + cooldown, afterExpiration: 20_000 + cooldown / 15)
        }
    }

    /// Signs as the gateway does: with the set in use, and where AWS rejects it, with its replacement. False where AWS
    /// rejects both although it accepts one of the sets that were issued.
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
