import AWSCredentials
import Curl
import FoundationEssentials
import SigV4
import Transcribe

/// Where jobs are looked up, and with whose credentials.
struct Upstream {
    let endpoint: Endpoint
    let credentials: any CredentialsProvider
    /// Whether it is on this machine, so that no proxy of the environment's may stand between.
    var isLocal = false
}

extension Upstream {
    /// Amazon Transcribe as AWS's own variables and files describe it. What is missing or wrong is said before anything
    /// listens.
    static func amazon() async throws -> Upstream {
        let environment = ProcessInfo.processInfo.environment
        let location = try AWSLocation(environment: environment)
        // Seldom used, and needed while a stop ends other transfers; its thread ends with the chain.
        let client = CurlClient(options: CurlOptions(concurrency: 4))
        let chain = CredentialsChain(environment: environment, files: FileReader(), transport: client)
        let report = await chain.report(at: .wallTime)
        guard let credentials = report.credentials else {
            throw refusal(
                """
                There are no AWS credentials. \(report). \
                Set both AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or give the machine a role; \
                transcribe-gateway doctor says more.
                """)
        }
        do throws(CredentialsError) {
            try credentials.checkShape(at: .wallTime)
        } catch {
            throw refusal("The AWS credentials cannot be used: \(error).")
        }
        return Upstream(endpoint: location.endpoint, credentials: chain)
    }
}

extension Timestamp {
    /// The machine's clock, now.
    static var wallTime: Timestamp { Timestamp(secondsSinceEpoch: Date.now.timeIntervalSince1970) }
}
