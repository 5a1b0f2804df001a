import AWSCredentials
import AWSEndpoints
import Curl
import Formats
import FoundationEssentials
import SigV4
import Transcribe

/// Where jobs are looked up, and with whose credentials.
struct Upstream {
    let endpoint: Endpoint
    let credentials: any CredentialsProvider
    /// What ``credentials`` has yielded at the start, checked; nil where it has not answered yet.
    var first: (credentials: Credentials, origin: CredentialsOrigin)?
    /// Whether it is on this machine, so that no proxy of the environment's may stand between.
    var isLocal = false
}

extension Upstream {
    /// Amazon Transcribe as AWS's own variables and files describe it. What is missing or wrong is said before anything
    /// listens; a source of credentials that takes its time is waited for afterwards.
    /// - Throws: ``ExitCode`` after what is wrong was said on standard error.
    static func amazon() async throws -> Upstream {
        let environment = ProcessInfo.processInfo.environment
        let location = try AWSLocation(environment: environment)
        // Seldom used, and needed while a stop ends other transfers; its thread ends with the chain.
        let client = CurlClient(options: CurlOptions(concurrency: 4))
        let chain = CredentialsChain(environment: environment, files: FileReader(), transport: client)
        switch await StartupCredentials(from: chain, now: { .wallTime }) {
        case .found(let credentials, let origin):
            return Upstream(endpoint: location.endpoint, credentials: chain, first: (credentials, origin))
        case .late:
            StandardError.write("The source of the AWS credentials has not answered yet; the gateway waits for it.")
            return Upstream(endpoint: location.endpoint, credentials: chain)
        case .none(let reason, let status): throw refusal(reason, status: status)
        }
    }
}

extension Timestamp {
    /// The machine's clock, now.
    static var wallTime: Timestamp { Timestamp(secondsSinceEpoch: Date.now.timeIntervalSince1970) }
}

/// Where Amazon Transcribe is, by the environment first and the selected profile second.
struct AWSLocation {
    let settings: AWSSettings
    let endpoint: Endpoint
    /// Who says that it is there, in words.
    let endpointSource: String
    /// Whether somebody chose the endpoint, instead of the region.
    let isOverridden: Bool

    /// - Throws: ``ExitCode`` 78 after what is wrong was said on standard error.
    init(environment: [String: String]) throws {
        let profile = try Self.profile(in: environment)
        settings = try refusingBadConfiguration { () throws(ConfigurationError) in
            try AWSSettings.load(from: environment, profileRegion: profile.region)
        }
        let own = Self.override(in: profile, environment)
        let profileName = settings.profile ?? "default"
        isOverridden = (settings.endpoint ?? own) != nil
        endpointSource = settings.endpointVariable ?? (own == nil ? "by the region" : "profile '\(profileName)'")
        do throws(EndpointError) {
            endpoint = try Endpoint(
                region: settings.region,
                useFIPS: Self.flag("AWS_USE_FIPS_ENDPOINT", environment, settings.usesFIPS, profile.usesFIPSEndpoint),
                useDualStack: Self.flag(
                    "AWS_USE_DUALSTACK_ENDPOINT", environment, settings.usesDualStack, profile.usesDualStackEndpoint),
                override: settings.endpoint ?? own)
        } catch {
            throw refusal("\(error)")
        }
    }

    private static func profile(in environment: [String: String]) throws -> ProfileSettings {
        do throws(CredentialsError) {
            return try ProfileSettings(environment: environment, files: FileReader())
        } catch {
            throw refusal("\(error)")
        }
    }

    /// The variable wins over the profile, also where it says no.
    private static func flag(
        _ variable: String, _ environment: [String: String], _ value: Bool, _ profile: Bool?
    ) -> Bool {
        environment[variable, default: ""].isEmpty ? profile ?? value : value
    }

    /// The profile's own endpoint, unless the environment says to ignore such settings.
    private static func override(in profile: ProfileSettings, _ environment: [String: String]) -> String? {
        guard environment["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"]?.lowercased() != "true" else { return nil }
        return profile.serviceEndpointURLs["transcribe"] ?? profile.endpointURL
    }
}
