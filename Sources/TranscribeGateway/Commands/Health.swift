import ArgumentParser
import Curl
import FoundationEssentials

/// Asks the running gateway whether it is alive, or ready: a health check for images without a shell.
struct Health: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Exit 0 if the gateway that runs with the same settings is alive, 1 if not, 78 if its address is not valid."
    )

    @OptionGroup var options: SettingsOptions

    @Flag(help: "Ask whether it is ready for requests: alive, with AWS credentials, and not stopping.")
    var ready = false

    func run() async throws {
        let admin = try exitingOnProblems { () throws(ConfigurationError) in
            try AdminSettings.load(from: SettingsSources(options))
        }
        let request = CurlRequest(
            url: admin.host.url(port: admin.port) + (ready ? "/readyz" : "/livez"), bypassesProxies: true,
            socketPath: admin.host.path)
        guard let obstacle = await Self.obstacle(to: request, at: admin.host.path ?? request.url) else { return }
        StandardError.write(obstacle)
        throw ExitCode.failure
    }

    /// Why the gateway is not what is asked for, in one line; nil if it is.
    /// - Parameter place: how the listener is called.
    private static func obstacle(to request: CurlRequest, at place: String) async -> String? {
        let client: CurlClient
        do throws(CurlClient.StartError) {
            client = try CurlClient(options: CurlOptions(concurrency: 1))
        } catch {
            return "\(place) cannot be asked: \(error)"
        }
        let obstacle = await obstacle(to: request, at: place, through: client)
        await client.shutDown()
        return obstacle
    }

    private static func obstacle(
        to request: CurlRequest, at place: String, through client: CurlClient
    ) async -> String? {
        do throws(CurlError) {
            let response = try await client.perform(request, deadline: .now + .seconds(2))
            guard response.status != 200 else { return nil }
            let reasons = ReadinessReport.reasons(in: response.body)
            return "\(place) answered with status \(response.status)" + (reasons.isEmpty ? "" : ": \(reasons)")
        } catch {
            return "\(place): \(error)"
        }
    }
}

/// What `/readyz` of the listener for operators says.
struct ReadinessReport: Decodable {
    private let reasons: [String: String]

    /// The reasons why the gateway is not ready, as sentences in one line that is safe to print; empty where it gives none.
    static func reasons(in body: [UInt8]) -> String {
        let report = try? JSONDecoder().decode(ReadinessReport.self, from: Data(body))
        let reasons = report?.reasons.sorted { $0.key < $1.key }.map(\.value) ?? []
        return reasons.joined(separator: " ").printable(upTo: 1_000)
    }
}

extension ListenAddress {
    /// A URL that reaches this address from this machine; on a Unix socket any host does.
    func url(port: UInt16) -> String { path == nil ? "http://\(Self.urlHost(of: text)):\(port)" : "http://localhost" }

    /// Loopback for a wildcard, IPv6 in brackets.
    static func urlHost(of text: String) -> String {
        switch text {
        case "0.0.0.0": "127.0.0.1"
        case "::": "[::1]"
        default: text.utf8.contains(UInt8(ascii: ":")) ? "[\(text)]" : text
        }
    }
}

extension AdminSettings {
    /// Where the running gateway can be asked. Mistakes in other settings are no matter: a file that was changed since the
    /// start does not tell how that gateway is.
    fileprivate static func load(from sources: SettingsSources) throws(ConfigurationError) -> AdminSettings {
        var reader = SettingsReader(sources.text)
        let settings = AdminSettings(from: &reader)
        let problems = sources.overrideProblems + reader.problems
        guard problems.isEmpty else { throw ConfigurationError(problems) }
        return settings
    }
}
