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
        let settings = try AWSSettings.loadWithProfile(from: environment)
        // Seldom used, and needed while a stop ends other transfers; its thread ends with the chain.
        let client = CurlClient(options: CurlOptions(concurrency: 4))
        let chain = CredentialsChain(environment: environment, files: FileReader(), transport: client)
        switch await StartupCredentials(from: chain, now: { .wallTime }) {
        case .found(let credentials, let origin):
            return Upstream(endpoint: settings.transcribe, credentials: chain, first: (credentials, origin))
        case .late:
            StandardError.write("The source of the AWS credentials has not answered yet; the gateway waits for it.")
            return Upstream(endpoint: settings.transcribe, credentials: chain)
        case .none(let reason, let status): throw refusal(reason, status: status)
        }
    }
}

extension Timestamp {
    /// The machine's clock, now.
    static var wallTime: Timestamp { Timestamp(secondsSinceEpoch: Date.now.timeIntervalSince1970) }
}

extension AWSSettings {
    /// Reads the variables, and what the selected profile says beside them.
    ///
    /// - Throws: ``ExitCode`` 78 after what is wrong was said on standard error.
    static func loadWithProfile(from environment: [String: String]) throws -> AWSSettings {
        let profile: ProfileSettings
        do throws(CredentialsError) {
            profile = try ProfileSettings(environment: environment, files: FileReader())
        } catch {
            throw refusal("\(error)")
        }
        return try refusingBadConfiguration { () throws(ConfigurationError) in
            try load(from: environment, profile: profile.endpoints)
        }
    }
}
