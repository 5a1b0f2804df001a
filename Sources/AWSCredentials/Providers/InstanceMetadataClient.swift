import Curl
import Formats
import Synchronization

/// Asks the instance metadata service in its version 2 ("Use the Instance Metadata Service" in the Amazon EC2 User
/// Guide), and keeps its token. Version 1 is never used: it answers every request that a client can make this process
/// send. All methods may be called from any thread.
final class InstanceMetadataClient: Sendable {
    private let transport: any Transport
    /// Waits between two attempts.
    private let pause: @Sendable (Duration) async -> Void
    private let token = Mutex<InstanceMetadataToken?>(nil)

    init(transport: any Transport, pause: @escaping @Sendable (Duration) async -> Void) {
        self.transport = transport
        self.pause = pause
    }

    /// The content at `path`, or nil where there is none (404). A token that is rejected is replaced once.
    func content(
        at path: String, by settings: InstanceMetadataSettings, now: Timestamp
    ) async throws(InstanceMetadataError) -> [UInt8]? {
        var response = try await get(path, by: settings, with: try await currentToken(by: settings, now: now))
        if response.status == 401 {
            response = try await get(path, by: settings, with: try await freshToken(by: settings, now: now))
        }
        switch response.status {
        case 200: return response.body
        case 404: return nil
        case let status: throw .failed(.status(status))
        }
    }

    private func get(
        _ path: String, by settings: InstanceMetadataSettings, with token: InstanceMetadataToken
    ) async throws(InstanceMetadataError) -> CurlResponse {
        do throws(CurlError) {
            let header = (name: "x-aws-ec2-metadata-token", value: token.text)
            return try await send("GET", path, header, by: settings)
        } catch {
            throw .failed(.transfer(error))
        }
    }

    /// With as many attempts as the settings allow where no response comes, since mostly there is no such service. A
    /// service that reports a failure of its own exists, and gets three.
    private func send(
        _ method: String, _ path: String, _ header: (name: String, value: String), by settings: InstanceMetadataSettings
    ) async throws(CurlError) -> CurlResponse {
        var request = CurlRequest(
            method: method, url: settings.endpoint + path, headers: [header], bypassesProxies: true)
        var attempt = 1
        while true {
            do throws(CurlError) {
                let response = try await transport.perform(request, deadline: .now + settings.timeout)
                if response.status < 500 || attempt >= max(settings.attempts, 3) { return response }
            } catch {
                if error == .cancelled || attempt >= settings.attempts { throw error }
                request = request.repeated(after: error)
            }
            await pause(.milliseconds(100 << attempt))
            attempt += 1
        }
    }
}

// MARK: - Tokens

extension InstanceMetadataClient {
    private func currentToken(
        by settings: InstanceMetadataSettings, now: Timestamp
    ) async throws(InstanceMetadataError) -> InstanceMetadataToken {
        if let held = token.withLock({ $0 }), held.isUsable(for: settings.endpoint, at: now) { return held }
        return try await freshToken(by: settings, now: now)
    }

    private func freshToken(
        by settings: InstanceMetadataSettings, now: Timestamp
    ) async throws(InstanceMetadataError) -> InstanceMetadataToken {
        let response: CurlResponse
        do throws(CurlError) {
            let lifetime = (name: Self.lifetimeField, value: "\(InstanceMetadataToken.longestLifetime)")
            response = try await send("PUT", "/latest/api/token", lifetime, by: settings)
        } catch {
            throw Self.absence(of: settings, by: error)
        }
        let fresh = try Self.token(in: response, of: settings.endpoint, at: now)
        token.withLock { $0 = fresh }
        return fresh
    }

    private static func token(
        in response: CurlResponse, of endpoint: String, at now: Timestamp
    ) throws(InstanceMetadataError) -> InstanceMetadataToken {
        switch response.status {
        case 200: break
        case 403: throw .notConfigured(reason: "\(endpoint) is switched off on this instance")
        case 404, 405: throw .notConfigured(reason: "\(endpoint) has no tokens (IMDSv2)")
        case let status: throw .failed(.status(status))
        }
        guard let text = String(validating: response.body, as: UTF8.self), text.isVisibleASCII
        else { throw .failed(.malformed) }
        let lifetime = response.headers[lifetimeField].flatMap { Int64($0) } ?? InstanceMetadataToken.longestLifetime
        return InstanceMetadataToken(
            text, of: endpoint, lifetime: min(max(lifetime, 0), InstanceMetadataToken.longestLifetime), at: now)
    }

    /// What it means that no response comes. The packets of the response to this one request live for as many hops as
    /// the instance is set to, usually one: the bridge between a container and its host drops them.
    private static func absence(of settings: InstanceMetadataSettings, by error: CurlError) -> InstanceMetadataError {
        switch error {
        case .timedOut:
            .silent(
                reason: "\(settings.endpoint) did not answer within \(settings.timeout.components.seconds) s; in a "
                    + "container on an EC2 instance this means that the instance's metadata hop limit must be raised "
                    + "to 2 (HttpPutResponseHopLimit), elsewhere that there is no instance metadata")
        case .noRoute: .silent(reason: "\(settings.endpoint) cannot be reached: \(error)")
        case .couldNotConnect, .couldNotResolve:
            .notConfigured(reason: "\(settings.endpoint) cannot be reached")
        default: .failed(.transfer(error))
        }
    }

    private static let lifetimeField = "x-aws-ec2-metadata-token-ttl-seconds"
}

/// Shows the instance metadata service that a request comes from the instance itself. The token is requested once and
/// used until shortly before its expiration by the wall clock; if that is wrong, the service answers 401.
struct InstanceMetadataToken: Sendable {
    let text: String
    /// The endpoint that issued it. No other endpoint may see it.
    private let endpoint: String
    private let refreshTime: Timestamp

    /// A token that `endpoint` issued at `now` for `lifetime` seconds.
    init(_ text: String, of endpoint: String, lifetime: Int64, at now: Timestamp) {
        self.text = text
        self.endpoint = endpoint
        let margin = min(120, lifetime / 10)
        refreshTime = now.adding(milliseconds: (lifetime - margin) * 1_000)
    }

    func isUsable(for endpoint: String, at now: Timestamp) -> Bool { endpoint == self.endpoint && now < refreshTime }

    /// The longest lifetime that the service grants, in seconds.
    static let longestLifetime: Int64 = 21_600
}

extension InstanceMetadataToken: CustomStringConvertible, CustomReflectable {
    var description: String { "InstanceMetadataToken(until \(refreshTime))" }

    var customMirror: Mirror { Mirror(self, children: ["refreshTime": refreshTime]) }
}

/// Why the instance metadata service gave nothing.
enum InstanceMetadataError: Error {
    /// No such service exists for this process; `reason` says in words what was seen.
    case notConfigured(reason: String)
    /// No response came in time. The service may not exist, or not answer yet.
    case silent(reason: String)
    /// The service exists and failed.
    case failed(CredentialsEndpointError)
}
