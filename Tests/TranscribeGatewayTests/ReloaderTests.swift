import Gateway
import Synchronization
import Testing

@testable import TranscribeGateway

@Suite struct ReloaderTests {
    /// The variables that the next reload reads, and how often settings were put in force.
    private final class Process: Sendable {
        let environment = Mutex<[String: String]>([:])
        let changes = Mutex(0)

        var parts: Reloader.Parts {
            Reloader.Parts(
                read: { () throws(ConfigurationError) in
                    SettingsSources(environment: self.environment.withLock(\.self))
                },
                putInForce: { _ throws(ConfigurationError) in self.changes.withLock { $0 += 1 } },
                refreshCredentials: {}, isStopping: { false }, warnings: { _ in [] }, announce: { _ in })
        }
    }

    /// How often settings can change is bounded, and how often a signal comes is not.
    @Test func putsInForceOnlyWhatHasChanged() throws {
        let process = Process()
        var environment = ["GATEWAY_LOG_LEVEL": "critical"]
        let settings = try load(environment)
        let reloader = Reloader(settings, process.parts, Observability(settings.log))
        /// Settings that are put in force by two reloads.
        func changes(adding variables: [String: String]) -> Int {
            environment.merge(variables) { $1 }
            process.environment.withLock { $0 = environment }
            process.changes.withLock { $0 = 0 }
            for _ in 1...2 { reloader.reload() }
            return process.changes.withLock(\.self)
        }
        #expect(changes(adding: [:]) == 0)
        #expect(changes(adding: ["GATEWAY_CACHE_CLIENTS": "no-store"]) == 1)
        #expect(reloader.settings.cache.clients == .noStore)
        // It takes effect with the next start.
        #expect(changes(adding: ["GATEWAY_LISTEN_PORT": "81"]) == 0)
        // The default follows the connections, and a value that is the same does not.
        #expect(changes(adding: ["GATEWAY_WATCH_LIMIT": "8000"]) == 1)
    }
}
