import ArgumentParser
import Curl

/// Asks the running gateway whether it is alive: a health check for images without a shell.
struct Health: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Exit 0 if the gateway that runs with the same settings is alive, 1 if not, 78 if the settings are not valid."
    )

    @OptionGroup var options: SettingsOptions

    func run() async throws {
        let admin = try Settings(options).admin
        guard await Self.isAlive(at: "http://\(admin.host.urlHost):\(admin.port)/livez") else { throw ExitCode.failure }
    }

    private static func isAlive(at url: String) async -> Bool {
        let client: CurlClient
        do throws(CurlClient.StartError) {
            client = try CurlClient(options: CurlOptions(concurrency: 1))
        } catch {
            StandardError.write("\(url) cannot be asked: \(error)")
            return false
        }
        let isAlive = await isAlive(at: url, through: client)
        await client.shutDown()
        return isAlive
    }

    private static func isAlive(at url: String, through client: CurlClient) async -> Bool {
        let request = CurlRequest(method: "GET", url: url, bypassesProxies: true)
        do throws(CurlError) {
            let response = try await client.perform(request, deadline: .now + .seconds(2))
            if response.status != 200 { StandardError.write("\(url) answered with status \(response.status)") }
            return response.status == 200
        } catch {
            StandardError.write("\(url): \(error)")
            return false
        }
    }
}

extension ListenAddress {
    /// The host of a URL that reaches this address from this machine: loopback for a wildcard, IPv6 in brackets.
    var urlHost: String {
        switch text {
        case "0.0.0.0": "127.0.0.1"
        case "::": "[::1]"
        default: text.utf8.contains(UInt8(ascii: ":")) ? "[\(text)]" : text
        }
    }
}
