import Curl
import Formats
import Synchronization

/// Asks the instance metadata service in its version 2 ("Use the Instance Metadata Service" in the Amazon EC2 User
/// Guide). Version 1, which anybody can ask who makes this process fetch a URL, is never spoken.
struct InstanceMetadataClient: Sendable {
    let settings: InstanceMetadataSettings
    let tokens: InstanceMetadataTokenStore
    let transport: any Transport
    /// Waits between two attempts.
    let pause: @Sendable (Duration) async -> Void

    /// The content at `path`, or nil where there is none (404). A token that is refused is replaced once.
    func content(at path: String, now: Timestamp) async throws(InstanceMetadataError) -> [UInt8]? {
        var response = try await get(path, with: try await currentToken(at: now))
        if response.status == 401 {
            response = try await get(path, with: try await freshToken(at: now))
        }
        switch response.status {
        case 200: return response.body
        case 404: return nil
        case let status: throw .failed(.status(status))
        }
    }

    private func get(
        _ path: String, with token: InstanceMetadataToken
    ) async throws(InstanceMetadataError) -> CurlResponse {
        let headers = [("x-aws-ec2-metadata-token", token.text)]
        do throws(CurlError) {
            return try await send(request("GET", path, headers))
        } catch {
            throw .failed(.transfer(error))
        }
    }
}

// MARK: - Tokens

extension InstanceMetadataClient {
    private func currentToken(at now: Timestamp) async throws(InstanceMetadataError) -> InstanceMetadataToken {
        if let held = tokens.token(for: settings.endpoint, at: now) { return held }
        return try await freshToken(at: now)
    }

    private func freshToken(at now: Timestamp) async throws(InstanceMetadataError) -> InstanceMetadataToken {
        let response: CurlResponse
        do throws(CurlError) {
            let lifetime = (Self.lifetimeField, "\(InstanceMetadataToken.longestLifetime)")
            response = try await send(request("PUT", "/latest/api/token", [lifetime]))
        } catch {
            throw silence(error)
        }
        let fresh = try freshToken(in: response, at: now)
        tokens.keep(fresh, for: settings.endpoint)
        return fresh
    }

    private func freshToken(
        in response: CurlResponse, at now: Timestamp
    ) throws(InstanceMetadataError) -> InstanceMetadataToken {
        switch response.status {
        case 200: break
        case 403: throw .notConfigured(reason: "\(settings.endpoint) is switched off on this instance")
        case 404, 405: throw .notConfigured(reason: "\(settings.endpoint) knows no tokens (IMDSv2)")
        case let status: throw .failed(.status(status))
        }
        guard let text = String(validating: response.body, as: UTF8.self), text.isHeaderValue
        else { throw .failed(.malformed) }
        let lifetime =
            response.headers[Self.lifetimeField].flatMap { Int64($0) } ?? InstanceMetadataToken.longestLifetime
        return InstanceMetadataToken(
            text, lifetime: min(max(lifetime, 0), InstanceMetadataToken.longestLifetime), at: now)
    }

    /// What it means that nobody answers. The packets of the answer to this one request live for as many hops as the
    /// instance says, usually one: a bridge between a container and its host eats them.
    private func silence(_ error: CurlError) -> InstanceMetadataError {
        switch error {
        case .timedOut:
            .notConfigured(
                reason: "\(settings.endpoint) did not answer within \(settings.timeout.components.seconds) s; in a "
                    + "container on an EC2 instance this means that the instance's metadata hop limit must be raised "
                    + "to 2 (HttpPutResponseHopLimit), elsewhere that there is no instance metadata")
        case .couldNotConnect, .couldNotResolve: .notConfigured(reason: "\(settings.endpoint) cannot be reached")
        default: .failed(.transfer(error))
        }
    }

    private static let lifetimeField = "x-aws-ec2-metadata-token-ttl-seconds"
}

// MARK: - Attempts

extension InstanceMetadataClient {
    private func request(_ method: String, _ path: String, _ headers: [(String, String)]) -> CurlRequest {
        CurlRequest(
            method: method, url: settings.endpoint + path, headers: headers.map { (name: $0.0, value: $0.1) },
            bypassesProxies: true)
    }

    /// Silence is met with as many attempts as the settings allow, since mostly there is nobody; a service that says
    /// that it fails is there, and gets three.
    private func send(_ request: CurlRequest) async throws(CurlError) -> CurlResponse {
        var attempt = 1
        while true {
            do throws(CurlError) {
                let response = try await transport.perform(request, deadline: .now + settings.timeout)
                if response.status < 500 || attempt >= max(settings.attempts, 3) { return response }
            } catch {
                if error == .cancelled || attempt >= settings.attempts { throw error }
            }
            await pause(.milliseconds(100 << attempt))
            attempt += 1
        }
    }
}

extension String {
    /// Not empty, and visible ASCII only.
    fileprivate var isHeaderValue: Bool { !isEmpty && utf8.allSatisfy { (0x21...0x7E).contains($0) } }
}

/// What shows the instance metadata service that a request comes from the instance itself. It is asked for once and
/// used until shortly before its end, by the wall clock: if that errs, the service answers 401.
struct InstanceMetadataToken: Sendable {
    let text: String
    private let renewal: Timestamp

    /// A token that was fetched at `now` and lives for `lifetime` seconds.
    init(_ text: String, lifetime: Int64, at now: Timestamp) {
        self.text = text
        let margin = min(120, lifetime / 10)
        renewal = now.adding(milliseconds: (lifetime - margin) * 1_000)
    }

    func isUsable(at now: Timestamp) -> Bool { now < renewal }

    /// The longest life that the service grants, in seconds.
    static let longestLifetime: Int64 = 21_600
}

extension InstanceMetadataToken: CustomStringConvertible, CustomReflectable {
    var description: String { "InstanceMetadataToken(until \(renewal))" }

    var customMirror: Mirror { Mirror(self, children: ["renewal": renewal]) }
}

/// The newest token of the instance metadata service, and of which endpoint it is: no other one may see it. Safe to use
/// from any thread.
final class InstanceMetadataTokenStore: Sendable {
    private let kept = Mutex<(endpoint: String, token: InstanceMetadataToken)?>(nil)

    func token(for endpoint: String, at now: Timestamp) -> InstanceMetadataToken? {
        guard let kept = kept.withLock({ $0 }), kept.endpoint == endpoint, kept.token.isUsable(at: now)
        else { return nil }
        return kept.token
    }

    func keep(_ token: InstanceMetadataToken, for endpoint: String) {
        kept.withLock { $0 = (endpoint, token) }
    }
}

/// Why the instance metadata service gave nothing.
enum InstanceMetadataError: Error {
    /// There is no such service for this process; why not, in words.
    case notConfigured(reason: String)
    /// There is one, and it fails.
    case failed(CredentialsEndpointError)
}
