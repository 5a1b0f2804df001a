import AWSEndpoints
import Curl
import SigV4
import Synchronization
import TestSupport
import UpstreamTestSupport

@testable import Transcribe

/// A client whose transport, credentials, clock and jitter the test controls.
struct ClientScenario {
    let time = ManualClock.forClient()
    let transport: ScriptedTransport
    let credentials: RotatingCredentials
    let client: TranscribeClient
    let outcomes = Outcomes()

    final class Outcomes: Sendable {
        private let list = Mutex<[String]>([])

        var all: [String] { list.withLock(\.self) }

        func append(_ error: TranscribeError?) { list.withLock { $0.append(error?.caseName ?? "succeeded") } }
    }

    init(
        _ steps: [ScriptedTransport.Step], attempts: Int = 3, random: Double = 1,
        credentials sets: [Result<Credentials, CredentialsUnavailable>] = [.success(RotatingCredentials.old)]
    ) throws {
        transport = ScriptedTransport(steps)
        credentials = RotatingCredentials(sets)
        let outcomes = outcomes
        client = TranscribeClient(
            endpoint: Self.endpoint, transport: transport, credentials: credentials,
            policy: RetryPolicy(attempts: attempts), time: time.source, random: { random },
            observe: outcomes.append)
    }

    /// The result of one call for the job `visit-1`.
    func lookUp(within timeout: Duration = .seconds(5)) async -> Result<JobResponse, TranscribeError> {
        do throws(TranscribeError) {
            let deadline = time.source.now() + timeout
            return .success(try await client.job(named: Self.name, deadline: deadline))
        } catch {
            return .failure(error)
        }
    }

    static let name = try! JobName("visit-1")
    static let endpoint = Endpoint(of: .transcribe, in: Region("eu-west-1")!)
}

extension TranscribeError {
    /// The name of the case, without its values.
    var caseName: String { String("\(self)".prefix { $0 != "(" }) }
}

extension Result {
    var error: Failure? {
        if case .failure(let error) = self { error } else { nil }
    }
}

extension CurlRequest {
    /// The values of the lines with this name.
    func values(of name: String) -> [String] {
        headers.filter { $0.name.lowercased() == name.lowercased() }.map(\.value)
    }

    func value(of name: String) -> String? { values(of: name).first }
}
