import AWSCredentials
import AWSEndpoints
import ArgumentParser
import Formats
import MicroHTTPD
import ServiceLifecycle
import SigV4
import Transcribe
import TranscribeEmulator

/// Runs the gateway against an upstream of its own.
struct Demo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the gateway against a built-in Amazon Transcribe, without an AWS account or network.")

    @OptionGroup var options: SettingsOptions

    func run() async throws {
        let process = try GatewayProcess(options)
        let demonstration = try Demonstration(at: .wallTime)
        try await process.run(on: demonstration.upstream, after: [demonstration.service]) { listeners in
            let url = "http://\(process.settings.listen.host.urlHost):\(listeners.gateway.port)"
            let admin = "http://\(process.settings.admin.host.urlHost):\(listeners.admin.port)"
            StandardError.write(Demonstration.greeting(at: url, admin: admin))
        }
    }
}

/// An Amazon Transcribe of one's own on loopback, with sample jobs, that verifies the gateway's signatures.
struct Demonstration {
    let upstream: Upstream
    let service: any Service

    init(at now: Timestamp) throws {
        let region = Region("us-east-1")!
        let credentials = Credentials(
            accessKeyID: "AKIDDEMONSTRATION", secretAccessKey: "nobodysSecret", sessionToken: nil, expiration: nil,
            accountID: nil)
        var options = ServerOptions()
        options.bodyLimit = 64 << 10
        let emulator = Emulator(
            region: region.name, credentials: [credentials], jobs: EmulatedJob.samples(at: now), clock: { .wallTime })
        let server = try HTTPServer(options: options, handler: emulator)
        service = ListenerService(server: server, timeout: .zero, forcedStop: ForcedStop())
        let source = FixedCredentials(credentials: credentials)
        let origin = Origin("http://127.0.0.1:\(server.port)")!
        upstream = Upstream(
            endpoint: Endpoint(at: origin, in: region),
            credentials: source, first: (credentials, source.origin), isLocal: true)
    }

    /// What to try, once it runs.
    static func greeting(at url: String, admin: String) -> String {
        """
        The gateway runs at \(url), in front of an Amazon Transcribe of its own. Try:

          curl \(url)/jobs/visit-42              a finished job
          curl \(url)/jobs/visit-43              one that failed
          curl \(url)/jobs/visit-44              one that moves along, from now on for 30 s
          curl -i \(url)/jobs/visit-45           no such job
          curl '\(url)/jobs/visit-42?view=full'  everything there is to know
          curl \(admin)/readyz                      is it ready?
          curl \(admin)/metrics                     how does it fare?

        Ctrl-C ends it.

        """
    }
}

/// Made-up credentials that never change.
private struct FixedCredentials: CredentialsProvider {
    let name = "demonstration"
    let credentials: Credentials

    var origin: CredentialsOrigin { CredentialsOrigin(name) }

    func credentials(at now: Timestamp) async throws(CredentialsError) -> ProviderResult {
        .found(credentials, from: origin)
    }
}
