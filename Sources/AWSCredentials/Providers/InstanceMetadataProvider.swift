import AWSEndpoints
public import Curl
public import Formats
import SigV4

/// The role of an Amazon EC2 instance, from the instance metadata service in its version 2.
public struct InstanceMetadataProvider: CredentialsProvider {
    /// "instance metadata".
    public let name = "instance metadata"
    private let environment: EnvironmentVariables
    private let profile: @Sendable () throws(CredentialsError) -> ProfileSettings?
    private let transport: any Transport
    private let jitter: @Sendable () -> Int64
    private let pause: @Sendable (Duration) async -> Void
    private let tokens = InstanceMetadataTokenStore()

    /// The environment comes before the profile, which is read anew for each answer. `jitter` is a random number of
    /// milliseconds from 0 to 5 minutes, added to the life of a set that has ended; `pause` waits between two attempts.
    public init(
        environment: [String: String], profile: @escaping @Sendable () throws(CredentialsError) -> ProfileSettings?,
        transport: any Transport,
        jitter: @escaping @Sendable () -> Int64 = { .random(in: 0...300_000) },
        pause: @escaping @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) }
    ) {
        self.environment = EnvironmentVariables(environment)
        self.profile = profile
        self.transport = transport
        self.jitter = jitter
        self.pause = pause
    }

    /// Nobody there, or an instance without a role, is not configured. Throws for settings that cannot be used, what
    /// reading the profile throws, and for a service that is there and fails.
    public func credentials(at now: Timestamp) async throws(CredentialsError) -> ProviderResult {
        guard let client = try client()
        else { return .notConfigured(reason: "\(InstanceMetadataSettings.disabled) is true") }
        do throws(InstanceMetadataError) {
            return try await answer(from: client, at: now)
        } catch {
            switch error {
            case .notConfigured(let reason): return .notConfigured(reason: reason)
            case .failed(let error): throw .endpointFailed("the instance metadata service", error)
            }
        }
    }

    /// Nil where the service is switched off.
    private func client() throws(CredentialsError) -> InstanceMetadataClient? {
        guard let settings = try InstanceMetadataSettings(environment: environment, profile: try profile())
        else { return nil }
        return InstanceMetadataClient(settings: settings, tokens: tokens, transport: transport, pause: pause)
    }

    private func answer(
        from client: InstanceMetadataClient, at now: Timestamp
    ) async throws(InstanceMetadataError) -> ProviderResult {
        guard let role = try await role(from: client, at: now),
            let body = try await client.content(at: Self.folder + role, now: now)
        else { return .notConfigured(reason: "the instance has no role") }
        do throws(CredentialsEndpointError) {
            return extended(try CredentialsDocument(body).credentials, at: now)
        } catch {
            throw .failed(error)
        }
    }

    /// The first line of the list, which has only one.
    private func role(
        from client: InstanceMetadataClient, at now: Timestamp
    ) async throws(InstanceMetadataError) -> String? {
        guard let body = try await client.content(at: Self.folder, now: now) else { return nil }
        let text = String(decoding: body, as: UTF8.self)
        guard let line = text.lines.first(where: { !$0.isEmpty })?.trimmingWhitespace, !line.isEmpty else { return nil }
        guard line.isRoleName else { throw .failed(.malformed) }
        return String(line)
    }

    /// A service that cannot renew a role's credentials hands the old ones out past their end, and AWS takes them for
    /// as long. They get an end of their own, so that the service is asked again after a while and not by every
    /// instance at once.
    private func extended(_ credentials: Credentials, at now: Timestamp) -> ProviderResult {
        guard let end = credentials.expiration, end <= now
        else { return .found(credentials, from: CredentialsOrigin(name, isStaticallyStable: true)) }
        let credentials = Credentials(
            accessKeyID: credentials.accessKeyID, secretAccessKey: credentials.secretAccessKey,
            sessionToken: credentials.sessionToken, expiration: now.adding(milliseconds: 600_000 + jitter()),
            accountID: credentials.accountID)
        return .found(credentials, from: CredentialsOrigin(name, isStaticallyStable: true, expiredAt: end))
    }

    private static let folder = "/latest/meta-data/iam/security-credentials/"
}

extension Substring {
    /// The characters that IAM allows in the name of a role.
    fileprivate var isRoleName: Bool {
        utf8.count <= 128 && allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "+=,.@_-".contains($0)) }
    }
}

/// Whether, where and how patiently the instance metadata service is asked ("IMDS client" and "IMDS credential
/// provider" in the AWS SDKs and Tools Reference Guide).
struct InstanceMetadataSettings: Sendable {
    /// Scheme, host, port and perhaps a path, without a slash at the end.
    let endpoint: String
    /// For one answer.
    let timeout: Duration
    /// Where nobody answers.
    let attempts: Int

    static let disabled = "AWS_EC2_METADATA_DISABLED"

    /// Nil where the service is switched off. Throws `malformedSetting`.
    init?(environment: EnvironmentVariables, profile: ProfileSettings?) throws(CredentialsError) {
        if environment.value(of: Self.disabled)?.lowercased() == "true" { return nil }
        endpoint = try Self.endpoint(environment, profile)
        timeout = .seconds(try environment.number("AWS_METADATA_SERVICE_TIMEOUT", in: 1...60))
        attempts = try environment.number("AWS_METADATA_SERVICE_NUM_ATTEMPTS", in: 1...10)
    }

    /// An endpoint before a mode, the environment before the profile.
    private static func endpoint(
        _ environment: EnvironmentVariables, _ profile: ProfileSettings?
    ) throws(CredentialsError) -> String {
        let variable = "AWS_EC2_METADATA_SERVICE_ENDPOINT"
        let key = "ec2_metadata_service_endpoint"
        if let text = environment.value(of: variable) { return try endpoint(text, from: variable) }
        if let text = profile?.metadataEndpoint { return try endpoint(text, from: key) }
        if let mode = environment.value(of: variable + "_MODE") { return try endpoint(mode: mode, variable + "_MODE") }
        if let mode = profile?.metadataEndpointMode { return try endpoint(mode: mode, key + "_mode") }
        return ipv4
    }

    private static func endpoint(_ text: String, from source: String) throws(CredentialsError) -> String {
        guard let url = EndpointURL(text), !url.pathAndQuery.utf8.contains(UInt8(ascii: "?"))
        else { throw .malformedSetting(source, allowed: "an absolute http or https URL with a host") }
        return text.utf8.last == UInt8(ascii: "/") ? String(text.dropLast()) : text
    }

    private static func endpoint(mode: String, _ source: String) throws(CredentialsError) -> String {
        switch mode.lowercased() {
        case "ipv4": ipv4
        case "ipv6": "http://[fd00:ec2::254]"
        default: throw .malformedSetting(source, allowed: "IPv4 or IPv6")
        }
    }

    private static let ipv4 = "http://169.254.169.254"
}

extension EnvironmentVariables {
    /// The least one where the variable is not set.
    fileprivate func number(_ variable: String, in range: ClosedRange<Int>) throws(CredentialsError) -> Int {
        guard let text = value(of: variable) else { return range.lowerBound }
        guard let number = Int(text), range.contains(number)
        else { throw .malformedSetting(variable, allowed: "a number from \(range.lowerBound) to \(range.upperBound)") }
        return number
    }
}
