import AWSCredentials
import AWSEndpoints
import Curl
import Formats
import FoundationEssentials
import SigV4
import Transcribe

/// Where jobs are looked up, and the credentials for it.
struct Upstream {
    let endpoint: Endpoint
    let credentials: any CredentialsProvider
    /// Learns from ``credentials`` and from the look-ups.
    let clock: AWSClock
    /// What ``credentials`` returned at the start, checked; nil if it has not answered yet.
    var first: (credentials: Credentials, origin: CredentialsOrigin)?
    /// The file of the certificate authorities that calls trust; nil: libcurl's own.
    var authorities: String?
    /// The setting that names the region.
    let regionSource: String
    /// What decided ``endpoint``.
    let endpointSource: String
    /// Variables of AWS's that are set and mean nothing to the gateway.
    var ignoredVariables: [String] = []
    /// Whether it is on this machine. Then no proxy of the environment's may stand between.
    var isLocal = false

    /// Why look-ups cannot be signed at the start; nil if they can.
    var obstacle: String? {
        first == nil ? "The source of the AWS credentials has not answered yet." : nil
    }

    func transport(over client: CurlClient) -> any Transport {
        isLocal ? LocalTransport(client: client) : client
    }
}

/// Starts the thread and the handle of an HTTP client.
/// - Parameter purpose: with a verb, for people.
/// - Throws: ``ProgramEnd`` 75 with the reason.
func startClient(_ options: CurlOptions, for purpose: String = "Calls to AWS are") throws -> CurlClient {
    var options = options
    options.userAgent = Identity.userAgent
    do throws(CurlClient.StartError) {
        return try CurlClient(options: options)
    } catch {
        throw ProgramEnd("\(purpose) not possible: \(error).", status: ExitStatus.temporaryFailure)
    }
}

/// Transfers that bypass every proxy.
private struct LocalTransport: Transport {
    let client: CurlClient

    func perform(
        _ request: CurlRequest, deadline: ContinuousClock.Instant
    ) async throws(CurlError) -> CurlResponse {
        var request = request
        request.bypassesProxies = true
        return try await client.perform(request, deadline: deadline)
    }
}

extension Upstream {
    /// Amazon Transcribe as AWS's own variables and files describe it. Mistakes end the program before a listener starts. A
    /// slow source of credentials does not delay the start.
    /// - Throws: ``ProgramEnd`` with the mistake.
    static func amazon() async throws -> Upstream {
        let environment = try await AWSEnvironment(ProcessInfo.processInfo.environment)
        try Task.checkCancellation()
        let settings = try AWSSettings.loadWithProfile(from: environment)
        // A client of its own: a stop ends the other client's transfers while a refresh may still run. Its thread ends
        // with the chain.
        let authorities = settings.authorities?.path
        let client = try startClient(CurlOptions(concurrency: 4, certificateAuthorities: authorities))
        let clock = AWSClock(wallTime: { .wallTime })
        let chain = CredentialsChain(
            environment: environment.variables, files: FileReader(), transport: client, clock: clock)
        let startup = await StartupCredentials(from: chain, now: { clock.now }) {
            await clock.learn(from: settings.transcribe, through: client)
        }
        // A search that was ended has found nothing, which is no news.
        try Task.checkCancellation()
        switch startup {
        case .found(let credentials, let origin):
            return Upstream(settings, chain, clock, first: (credentials, origin))
        case .pending: return Upstream(settings, chain, clock)
        case .none(let reason, let status): throw ProgramEnd(reason, status: status)
        }
    }
}

extension AWSClock {
    /// Learns from the response to an unsigned request, which AWS refuses with its time.
    func learn(from endpoint: Endpoint, through transport: any Transport) async {
        let request = CurlRequest(method: "HEAD", url: endpoint.url + "/")
        if let date = try? await transport.perform(request, deadline: .now + .seconds(3)).date { learn(date) }
    }
}

extension Upstream {
    private init(
        _ settings: AWSSettings, _ credentials: any CredentialsProvider, _ clock: AWSClock,
        first: (credentials: Credentials, origin: CredentialsOrigin)? = nil
    ) {
        self.init(
            endpoint: settings.transcribe, credentials: credentials, clock: clock, first: first,
            authorities: settings.authorities?.path, regionSource: settings.regionSetting.place,
            endpointSource: settings.transcribe.provenance,
            ignoredVariables: settings.ignored)
    }
}

extension Timestamp {
    /// The machine's clock, now.
    static var wallTime: Timestamp { TimeSource.system.wallTime() }
}

extension AWSSettings {
    /// Reads the variables, the selected profile and the file of certificate authorities.
    ///
    /// - Throws: ``ProgramEnd`` 78 with the mistake; 75 where the region is not known yet.
    static func loadWithProfile(from environment: AWSEnvironment) throws -> AWSSettings {
        let profile = try ProfileSettings(from: environment.variables)
        if let reason = environment.pendingReason {
            throw ProgramEnd(
                "No setting names a region, and the region of this instance is not known yet: \(reason). "
                    + "Set AWS_REGION, or start again.", status: ExitStatus.temporaryFailure)
        }
        let settings = try exitingOnProblems { () throws(ConfigurationError) in
            try load(from: environment.variables, profile: profile.endpoints)
        }
        return settings.inRegionOfInstance(environment.instanceRegion != nil)
            .trusting(try CertificateAuthorities.load(from: environment.variables, profile))
    }
}

extension ProfileSettings {
    /// - Throws: ``ProgramEnd`` 78 with the mistake.
    init(from environment: [String: String]) throws {
        do throws(CredentialsError) {
            try self.init(environment: environment, files: FileReader())
        } catch {
            throw ProgramEnd("\(error)")
        }
    }
}

extension ProfileProvider {
    /// Ends a check that would pass though every start fails.
    /// - Throws: ``ProgramEnd`` 78 with the mistake.
    static func requireSelection(in environment: [String: String]) throws {
        do throws(CredentialsError) {
            try checkSelection(environment: environment, files: FileReader())
        } catch {
            throw ProgramEnd("\(error)")
        }
    }
}

extension CertificateAuthorities {
    /// Those that the settings name, or this machine's.
    init(environment: [String: String], profile: ProfileSettings) throws(CertificateAuthoritiesError) {
        try self.init(
            environment: environment, profile: profile, system: CurlOptions.systemAuthorities,
            files: FileReader(limit: 16 << 20))
    }

    /// The authorities that every call trusts. Nil where this machine has none and Amazon Transcribe is called without TLS,
    /// as an emulator is.
    ///
    /// - Throws: ``ProgramEnd`` 78 with the mistake.
    static func load(
        from environment: [String: String], _ profile: ProfileSettings
    ) throws -> CertificateAuthorities? {
        do throws(CertificateAuthoritiesError) {
            return try CertificateAuthorities(environment: environment, profile: profile)
        } catch {
            let endpoints = EndpointSettings(environment: environment, profile: profile.endpoints)
            let usesTLS = (try? endpoints.endpoint(of: .transcribe))?.usesTLS ?? true
            if case .noneOnThisMachine = error, !usesTLS { return nil }
            throw ProgramEnd("\(error)".printable(upTo: 1_000))
        }
    }
}
