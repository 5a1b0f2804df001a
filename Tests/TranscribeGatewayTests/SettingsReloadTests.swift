import Foundation
import Gateway
import Testing

@testable import TranscribeGateway

/// What it comes to when the configuration is read again.
@Suite struct SettingsReloadTests {
    private func sources(_ environment: [String: String] = [:], set: [String] = []) -> SettingsSources {
        SettingsSources(overrides: set.map(Override.init(set:)), environment: environment)
    }

    @Test func saysWhatChangesWithOldAndNewValues() throws {
        let old = try load(["GATEWAY_CACHE_CLIENTS": "max-age", "GATEWAY_DRAIN_DELAY": "1s"])
        let reload = try old.reloaded(
            from: sources(["GATEWAY_CACHE_CLIENTS": "no-store"], set: ["limits.client.burst=7", "drain.delay=1s"]))
        #expect(
            reload.changes == [
                .init(
                    key: "cache.clients", old: "max-age", new: "no-store", source: .environment("GATEWAY_CACHE_CLIENTS")
                ),
                .init(
                    key: "limits.client.burst", old: "200", new: "7", source: .option("--set limits.client.burst")),
            ])
        #expect(reload.postponed.isEmpty && reload.settings.limits.client?.burst == 7)
        #expect(reload.settings.cache.clients == .noStore)
    }

    @Test func keepsTheValuesOfKeysThatNeedARestart() throws {
        let old = try load(["GATEWAY_LISTEN_PORT": "81"])
        let first = try old.reloaded(from: sources(["GATEWAY_LISTEN_PORT": "82", "GATEWAY_LISTEN_HOST": "0.0.0.0"]))
        #expect(first.postponed.map(\.key) == ["listen.host", "listen.port"] && first.changes.isEmpty)
        #expect(first.settings.listen.port == 81)
        // The default of the hosts follows from the address that is in force.
        #expect(first.settings.listen.hosts.names?.first == "localhost")
        #expect(first.settings.source(of: "listen.port") == .environment("GATEWAY_LISTEN_PORT"))
        let second = try first.settings.reloaded(from: sources(["GATEWAY_LISTEN_PORT": "81"]))
        #expect(second.postponed.isEmpty && second.changes.isEmpty)
    }

    @Test func comparesSecretsWithoutShowingThem() throws {
        let keys = (1...2).map { "a-key-of-thirty-two-bytes-or-more-\($0)" }
        let old = try load(["GATEWAY_LOG_NAME_KEY": keys[0]])
        #expect(try old.reloaded(from: sources(["GATEWAY_LOG_NAME_KEY": keys[0]])).postponed.isEmpty)
        let reload = try old.reloaded(from: sources(["GATEWAY_LOG_NAME_KEY": keys[1]]))
        #expect(
            reload.postponed == [
                .init(key: "log.nameKey", old: nil, new: nil, source: .environment("GATEWAY_LOG_NAME_KEY"))
            ])
        #expect(try old.reloaded(from: sources()).postponed.map(\.key) == ["log.nameKey"])
    }

    /// Also one in a value that would take effect later.
    @Test func throwsAllMistakes() throws {
        let error = #expect(throws: ConfigurationError.self) {
            try load().reloaded(from: sources(["GATEWAY_LISTEN_PORT": "x", "GATEWAY_LIMITS_CLIENT_BURST": "y"]))
        }
        #expect(error?.problems.count == 2)
    }

    /// A new value beside an old one that needs a restart to change.
    @Test func throwsAConflictWithAValueThatStays() throws {
        let error = #expect(throws: ConfigurationError.self) {
            try load().reloaded(
                from: sources(["GATEWAY_UPSTREAM_TIMEOUT": "500ms", "GATEWAY_UPSTREAM_CONNECT_TIMEOUT": "200ms"]))
        }
        #expect(error?.description.contains("must be no longer than GATEWAY_UPSTREAM_TIMEOUT") == true)
    }

    @Test func aPipeIsNotReadAgain() throws {
        let pipe = Pipe()
        let path = "/dev/fd/\(pipe.fileHandleForReading.fileDescriptor)"
        for file in [path, "-"] {
            let error = #expect(throws: ConfigurationError.self) {
                try SettingsSources.again(overrides: [], files: [file])
            }
            #expect(error?.description.contains("can be read only once") == true)
        }
        let missing = try SettingsSources.again(overrides: [], files: ["/nonexistent/file"])
        #expect(missing.file?.problems.count == 1)
    }

    @Test func someKeysNeedARestartAndEachSaysWhy() {
        let fixed = Settings.definitions.filter(\.change.needsRestart)
        #expect(fixed.count < Settings.definitions.count / 2)
        for setting in fixed {
            guard case .atRestart(let reason) = setting.change else { continue }
            #expect(!reason.isEmpty && !reason.hasSuffix("."))
        }
    }
}
