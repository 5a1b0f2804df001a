import AWSCredentials
import SigV4
import Transcribe

/// The one set of credentials that requests are signed with, as the Transcribe client asks for it.
struct RefreshedCredentials: CredentialsSource {
    let refresher: CredentialsRefresher

    func current() async throws(CredentialsUnavailable) -> Credentials {
        do throws(CredentialsError) {
            return try await refresher.current(at: .wallTime)
        } catch {
            throw CredentialsUnavailable(reason: "\(error)")
        }
    }

    func replacement(for rejected: Credentials) async throws(CredentialsUnavailable) -> Credentials {
        do throws(CredentialsError) {
            return try await refresher.replacement(for: rejected, at: .wallTime)
        } catch {
            throw CredentialsUnavailable(reason: "\(error)")
        }
    }
}
