public import ChildProcess
import Formats
import FoundationEssentials
import SigV4

/// Credentials that a program of the profile's writes. Each answer runs it anew.
struct ProcessProvider: CredentialsProvider {
    let name = "process"
    let process: CredentialProcess
    /// What the program inherits, but for the gateway's own settings: there are secrets among them.
    let environment: EnvironmentVariables
    /// When it is killed.
    let deadline: ContinuousClock.Instant

    /// Throws `processFailed`.
    func credentials(at now: Timestamp) async throws(CredentialsError) -> ProviderResult {
        do throws(ProcessError) {
            let credentials = try Credentials(writtenBy: process, try await output())
            return .found(credentials, from: CredentialsOrigin(name))
        } catch {
            throw .processFailed(profile: process.profile, error)
        }
    }

    private func output() async throws(ProcessError) -> [UInt8] {
        let command = Command(
            process.program, process.arguments, environment: environment.all.filter { !$0.key.hasPrefix("GATEWAY_") })
        do throws(ChildProcessError) {
            return try await ChildProcess.output(of: command, limit: 1 << 16, deadline: deadline)
        } catch {
            throw .failed(error)
        }
    }
}

extension Credentials {
    fileprivate init(writtenBy process: CredentialProcess, _ output: [UInt8]) throws(ProcessError) {
        guard let members = try? JSONDecoder().decode(ProcessAnswer.self, from: Data(output)) else { throw .malformed }
        guard members.Version == 1 else { throw .unknownVersion }
        let expiration = members.Expiration.flatMap(Timestamp.init(rfc3339:))
        guard members.Expiration == nil || expiration != nil else { throw .malformed }
        self.init(
            accessKeyID: members.AccessKeyId, secretAccessKey: members.SecretAccessKey,
            sessionToken: members.SessionToken, expiration: expiration,
            accountID: members.AccountId ?? process.accountID)
    }
}

/// The JSON that a program writes. Without an expiration the credentials are never fetched again.
private struct ProcessAnswer: Decodable {
    let Version: Int
    let AccessKeyId: String
    let SecretAccessKey: String
    let SessionToken: String?
    let Expiration: String?
    let AccountId: String?
}

/// A program that writes credentials to its standard output ("Process credential provider" in the AWS SDKs and Tools
/// Reference Guide). No shell stands between: a profile that needs one names it.
package struct CredentialProcess: Sendable, Equatable {
    let profile: String
    let program: String
    let arguments: [String]
    /// Of the profile, for want of one in the program's answer.
    let accountID: String?
}

extension CredentialProcess: CustomStringConvertible, CustomReflectable {
    /// The program alone: arguments may be secret.
    package var description: String { "CredentialProcess(\(program))" }

    /// The program alone, so that `dump` shows no more either.
    package var customMirror: Mirror { Mirror(self, children: ["program": program]) }
}

/// Why the program of a profile gave no credentials.
public enum ProcessError: Error, Sendable, Equatable {
    /// It could not be run, or failed.
    case failed(ChildProcessError)
    /// It wrote something that is not the JSON of a set of credentials.
    case malformed
    /// What it wrote is of another version than 1, the only one there is.
    case unknownVersion
}

extension ProcessError: CustomStringConvertible {
    /// The predicate of a sentence whose subject is the program. Says nothing of what it wrote.
    public var description: String {
        switch self {
        case .failed(let error): error.description
        case .malformed: "wrote something that is no set of credentials"
        case .unknownVersion: "wrote credentials of a version other than 1"
        }
    }
}
