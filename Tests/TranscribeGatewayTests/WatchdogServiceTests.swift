import Synchronization
import Testing

@testable import TranscribeGateway

@Suite struct WatchdogServiceTests {
    private final class Machine: Sendable {
        struct End: Error {}

        private let looks: Mutex<[Bool]>
        private let seen = Mutex<[String]>([])

        /// - Parameter looks: whether the threads turn at each look. After the last one the service ends.
        init(_ looks: [Bool]) {
            self.looks = Mutex(looks)
        }

        func look() -> Bool { looks.withLock { $0.removeFirst() } }
        func record(_ event: String) { seen.withLock { $0.append(event) } }
        func sleep(_ duration: Duration) throws {
            record("\(duration)")
            if looks.withLock(\.isEmpty) { throw End() }
        }

        var events: [String] { seen.withLock { $0 } }
    }

    private func events(of looks: Bool..., every timeout: Duration) async throws -> [String] {
        let machine = Machine(looks)
        await WatchdogService(
            timeout: timeout, isTurning: { machine.look() }, tellAlive: { machine.record("alive") },
            logger: Observability(try load(["GATEWAY_LOG_LEVEL": "critical"]).log).logger,
            sleep: { try machine.sleep($0) }
        ).run()
        return machine.events
    }

    /// systemd waits for 30 s or 4 s. Each message comes as soon as the threads turn again.
    @Test func looksAgainSoonWhereAThreadHangs() async throws {
        #expect(
            try await events(of: true, false, false, true, true, every: .seconds(30)) == [
                "alive", "7.5 seconds", "1.0 seconds", "1.0 seconds", "alive", "7.5 seconds", "alive", "7.5 seconds",
            ])
        #expect(
            try await events(of: false, true, every: .seconds(4)) == ["0.4 seconds", "alive", "1.0 seconds"])
    }
}
