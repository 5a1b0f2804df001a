import ChildProcess
import FoundationEssentials
import SigV4

/// Credentials that a program of the profile's writes. Each answer runs it anew.
struct ProcessProvider: CredentialsProvider {
    let name = "process"
    let process: CredentialProcess
    /// What the program inherits, but for the gateway's own settings: there are secrets among them.
    let environment: Variables
    /// When it is killed.
    let deadline: ContinuousClock.Instant

    /// Throws `processFailed`.
    func credentials(at now: Timestamp) async throws(CredentialsError) -> ProviderAnswer {
        do throws(ProcessFault) {
            let credentials = try Credentials(writtenBy: process, try await output())
            return .found(credentials, from: CredentialsOrigin(name))
        } catch {
            throw .processFailed(profile: process.profile, error)
        }
    }

    private func output() async throws(ProcessFault) -> [UInt8] {
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
    fileprivate init(writtenBy process: CredentialProcess, _ output: [UInt8]) throws(ProcessFault) {
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
