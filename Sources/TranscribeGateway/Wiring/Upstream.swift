import AWSCredentials
import FoundationEssentials
import SigV4
import Transcribe

/// Where jobs are looked up, and with whose credentials.
struct Upstream {
    let endpoint: Endpoint
    let credentials: any CredentialsProvider
}

extension Upstream {
    /// Amazon Transcribe as AWS's own variables and files describe it. What is missing or wrong is said before anything
    /// listens.
    static func amazon(settings: Settings) async throws -> Upstream {
        let environment = ProcessInfo.processInfo.environment
        let aws = try refusingBadConfiguration { () throws(ConfigurationError) in
            try AWSSettings.load(from: environment, profileRegion: profileRegion())
        }
        let chain = CredentialsChain(environment: environment, files: FileReader())
        guard await chain.report(at: .wallTime).credentials != nil else {
            throw refusal(
                """
                There are no AWS credentials. \(await chain.report(at: .wallTime)). \
                Set both AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or neither of them and AWS_PROFILE.
                """)
        }
        return Upstream(endpoint: try endpoint(for: aws), credentials: chain)
    }

    /// The `region` of the selected profile in AWS's shared files, or nil where they cannot be read: the providers of
    /// credentials complain of that.
    static func profileRegion() -> String? {
        let environment = ProcessInfo.processInfo.environment
        return (try? ProfileSettings(environment: environment, files: FileReader()))?.region
    }

    private static func endpoint(for aws: AWSSettings) throws -> Endpoint {
        do throws(EndpointError) {
            return try Endpoint(
                region: aws.region, useFIPS: aws.usesFIPS, useDualStack: aws.usesDualStack, override: aws.endpoint)
        } catch {
            throw refusal("\(error)")
        }
    }
}

extension Timestamp {
    /// The machine's clock, now.
    static var wallTime: Timestamp { Timestamp(secondsSinceEpoch: Date.now.timeIntervalSince1970) }
}
