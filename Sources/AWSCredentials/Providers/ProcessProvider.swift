public import ChildProcess
import Formats
import FoundationEssentials
import SigV4

/// Credentials that the profile's `credential_process` writes. Each request for credentials runs it.
struct ProcessProvider: CredentialsProvider {
    let name = "process"
    let process: CredentialProcess
    /// The variables that the program inherits, without the gateway's own settings: some of these are secret.
    let environment: EnvironmentVariables
    /// When the program is killed.
    let deadline: ContinuousClock.Instant

    /// Throws `processFailed`.
    func credentials(at now: Timestamp) async throws(CredentialsError) -> ProviderResult {
        do throws(ProcessError) {
            let credentials = try Credentials(processOutput: try await output())
            return .found(credentials, from: CredentialsOrigin(name))
        } catch {
            throw .processFailed(profile: process.profile, error)
        }
    }

    private func output() async throws(ProcessError) -> [UInt8] {
        let inherited = environment.all.filter { !$0.key.utf8.starts(with: "GATEWAY_".utf8) }
        let command = Command(process.program, process.arguments, environment: inherited)
        do throws(ChildProcessError) {
            return try await ChildProcess.output(of: command, limit: 1 << 16, deadline: deadline)
        } catch {
            throw .failed(error)
        }
    }
}

extension Credentials {
    fileprivate init(processOutput output: [UInt8]) throws(ProcessError) {
        guard let members = try? JSONDecoder().decode(ProcessOutput.self, from: Data(output)) else { throw .malformed }
        guard members.Version == 1 else { throw .unknownVersion }
        let expiration = members.Expiration.flatMap(Timestamp.init(iso8601:))
        guard members.Expiration == nil || expiration != nil else { throw .malformed }
        self.init(
            accessKeyID: members.AccessKeyId, secretAccessKey: members.SecretAccessKey,
            sessionToken: members.SessionToken.flatMap { $0.isEmpty ? nil : $0 }, expiration: expiration)
    }
}

/// The JSON that a program writes. Credentials without an expiration are not refreshed; an empty session token is none.
private struct ProcessOutput: Decodable {
    let Version: Int
    let AccessKeyId: String
    let SecretAccessKey: String
    let SessionToken: String?
    let Expiration: String?
}

/// A program that writes credentials to its standard output ("Process credential provider" in the AWS SDKs and Tools
/// Reference Guide). It is run without a shell: a profile that needs a shell names it.
package struct CredentialProcess: Sendable, Equatable {
    let profile: String
    let program: String
    let arguments: [String]
}

extension CredentialProcess: CustomStringConvertible, CustomReflectable {
    /// The program alone: arguments may be secret.
    package var description: String { "CredentialProcess(\(program))" }

    /// The program alone, so that `dump` shows no arguments either.
    package var customMirror: Mirror { Mirror(self, children: ["program": program]) }
}

/// Why a `credential_process` gave no credentials.
public enum ProcessError: Error, Sendable, Equatable {
    /// It could not be run, or failed.
    case failed(ChildProcessError)
    /// Its output is not the JSON of a set of credentials.
    case malformed
    /// Its output has another version than 1, the only one there is.
    case unknownVersion

    var recovery: CredentialsError.Recovery { self == .failed(.timedOut) ? .soon : .later }
}

extension ProcessError: CustomStringConvertible {
    /// The predicate of a sentence whose subject is the program. Holds nothing of its output.
    public var description: String {
        switch self {
        case .failed(let error): error.description
        case .malformed: "wrote something that is no set of credentials"
        case .unknownVersion: "wrote credentials of a version other than 1"
        }
    }
}
