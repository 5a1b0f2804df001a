import AWSCredentials
import AWSEndpoints
import ArgumentParser
import Formats
import MicroHTTPD
import OwnProcess
import ServiceLifecycle
import SigV4
import Transcribe
import TranscribeEmulator
import UnixSignals

/// Runs the gateway against the emulator of Amazon Transcribe.
struct Demo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the gateway against a built-in Amazon Transcribe, without an AWS account or network.")

    @OptionGroup var options: SettingsOptions

    func run() async throws {
        let reloads = await UnixSignalsSequence(trapping: .sighup)
        let process = try GatewayProcess(options, .take(), reloads)
        let demonstration = try Demonstration(at: .wallTime)
        try await process.run(on: { demonstration.upstream }, after: [demonstration.service]) { listeners in
            StandardError.write(
                Demonstration.greeting(at: listeners.gateway.address.reach, admin: listeners.admin.address.reach))
        }
    }
}

/// The emulator on loopback, with sample jobs. It verifies the gateway's signatures.
struct Demonstration {
    let upstream: Upstream
    let service: any Service

    init(at now: Timestamp) throws {
        let region = Region("us-east-1")!
        let credentials = Credentials(
            accessKeyID: "AKIDDEMONSTRATION", secretAccessKey: "demonstrationSecret", sessionToken: nil,
            expiration: nil)
        var options = ServerOptions.loopback
        options.bodyLimit = 64 << 10
        let emulator = Emulator(
            region: region.name, credentials: [credentials], jobs: EmulatedJob.samples(at: now), clock: { .wallTime })
        let server = try Listeners.listen(options, emulator)
        service = ListenerService(server: server, timeout: { .zero }, forcedStop: ForcedStop())
        let source = FixedCredentials(credentials: credentials)
        let origin = Origin("http://127.0.0.1:\(server.port)")!
        upstream = Upstream(
            endpoint: Endpoint(at: origin, in: region),
            credentials: source, clock: AWSClock(wallTime: { .wallTime }), first: (credentials, source.origin),
            regionSource: source.name, endpointSource: source.name, isLocal: true)
    }

    /// Requests to try.
    static func greeting(at url: String, admin: String) -> String {
        """
        The gateway runs at \(url), in front of a built-in Amazon Transcribe. Try:

          curl \(url)/jobs/visit-42              a completed job
          curl \(url)/jobs/visit-43              a failed job
          curl \(url)/jobs/visit-44              a job that runs and completes within 30 s
          curl -i \(url)/jobs/visit-45           an unknown job
          curl \(url)/jobs/visit-42'?view=full'  all members of a job
          curl \(admin)/readyz                      readiness
          curl \(admin)/metrics                     metrics

        Ctrl-C ends it.

        """
    }
}

extension ServerAddress {
    /// What curl(1) is given to reach it.
    fileprivate var reach: String {
        switch self {
        case .network(let host, let port): "http://\(ListenAddress.urlHost(of: host)):\(port)"
        case .unix(let path): "--unix-socket \(path) http://localhost"
        }
    }
}

/// Made-up credentials that never expire.
private struct FixedCredentials: CredentialsProvider {
    let name = "demonstration"
    let credentials: Credentials

    var origin: CredentialsOrigin { CredentialsOrigin(name) }

    func credentials(at now: Timestamp) async throws(CredentialsError) -> ProviderResult {
        .found(credentials, from: origin)
    }
}
