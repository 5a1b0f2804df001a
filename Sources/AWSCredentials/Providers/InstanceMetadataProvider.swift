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
    private let jitter: @Sendable () -> Int64
    private let client: InstanceMetadataClient

    /// A provider that asks where the environment says, then the profile.
    ///
    /// - Parameters:
    ///   - profile: reads the profile's settings; called for each request for credentials.
    ///   - jitter: a random number of milliseconds from 0 to 5 minutes, added to the new expiration of a set that has
    ///     expired.
    ///   - pause: waits between two attempts.
    public init(
        environment: [String: String], profile: @escaping @Sendable () throws(CredentialsError) -> ProfileSettings?,
        transport: any Transport,
        jitter: @escaping @Sendable () -> Int64 = { .random(in: 0...300_000) },
        pause: @escaping @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) }
    ) {
        self.environment = EnvironmentVariables(environment)
        self.profile = profile
        self.jitter = jitter
        client = InstanceMetadataClient(transport: transport, pause: pause)
    }

    /// A service that does not exist is not configured. One that is silent, and an instance without a role, may be so only
    /// for a while after the instance has started. Throws for settings that
    /// cannot be used, what reading the profile throws, and `endpointFailed` for a service that exists and fails.
    public func credentials(at now: Timestamp) async throws(CredentialsError) -> ProviderResult {
        guard let settings = try InstanceMetadataSettings(environment: environment, profile: try profile())
        else { return .notConfigured(reason: "\(InstanceMetadataSettings.disabled) is true") }
        do throws(InstanceMetadataError) {
            guard let role = try await role(by: settings, at: now),
                let body = try await client.content(at: Self.folder + role, by: settings, now: now)
            else { return .notYet(reason: "the instance has no role") }
            return try extended(body, at: now)
        } catch {
            switch error {
            case .notConfigured(let reason): return .notConfigured(reason: reason)
            case .silent(let reason): return .notYet(reason: reason)
            case .failed(let error): throw .endpointFailed("the instance metadata service", error)
            }
        }
    }

    /// The first line of the list, which has only one.
    private func role(
        by settings: InstanceMetadataSettings, at now: Timestamp
    ) async throws(InstanceMetadataError) -> String? {
        guard let body = try await client.content(at: Self.folder, by: settings, now: now) else { return nil }
        guard let line = body.split(whereSeparator: \.isLineBreak).first?.trimmingBlanks, !line.isEmpty
        else { return nil }
        let role = String(decoding: line, as: UTF8.self)
        guard role.isRoleName else { throw .failed(.malformed) }
        return role
    }

    /// A service that cannot give a role new credentials gives the old ones past their expiration, and AWS extends them
    /// for as long. This process sets them a later expiration, so that it asks the service again after a while and not
    /// at the same moment as every other instance.
    private func extended(_ body: [UInt8], at now: Timestamp) throws(InstanceMetadataError) -> ProviderResult {
        let credentials = try credentials(in: body)
        guard let end = credentials.expiration, end <= now
        else { return .found(credentials, from: CredentialsOrigin(name, isStaticallyStable: true)) }
        let extended = Credentials(
            accessKeyID: credentials.accessKeyID, secretAccessKey: credentials.secretAccessKey,
            sessionToken: credentials.sessionToken, expiration: now.adding(milliseconds: 600_000 + jitter()))
        return .found(extended, from: CredentialsOrigin(name, isStaticallyStable: true, expiredAt: end))
    }

    private func credentials(in body: [UInt8]) throws(InstanceMetadataError) -> Credentials {
        do throws(CredentialsEndpointError) {
            return try CredentialsDocument(body).credentials
        } catch {
            throw .failed(error)
        }
    }

    private static let folder = "/latest/meta-data/iam/security-credentials/"
}

extension String {
    /// Whether IAM allows this name for a role.
    fileprivate var isRoleName: Bool {
        utf8.count <= 128 && hasOnly { $0.isLetter || $0.isDigit || ASCIISet.roleNameMarks.contains($0) }
    }
}

extension ASCIISet {
    /// What the name of a role holds beside letters and digits.
    fileprivate static let roleNameMarks = ASCIISet("+=,.@_-")
}

/// Where the instance metadata service is asked, how often and for how long ("IMDS client" and "IMDS credential
/// provider" in the AWS SDKs and Tools Reference Guide).
struct InstanceMetadataSettings: Sendable {
    /// Scheme, host, port and perhaps a path, without a slash at the end.
    let endpoint: String
    /// Of one attempt.
    let timeout: Duration
    /// Where no response comes.
    let attempts: Int

    static let disabled = "AWS_EC2_METADATA_DISABLED"

    /// Nil where the service is switched off. Throws `malformedSetting`.
    init?(environment: EnvironmentVariables, profile: ProfileSettings?) throws(CredentialsError) {
        if environment.value(of: Self.disabled)?.equals(ignoringCase: "true") == true { return nil }
        endpoint = try Self.endpoint(environment, profile)
        timeout = .seconds(try environment.number("AWS_METADATA_SERVICE_TIMEOUT", in: 1...60))
        attempts = try environment.number("AWS_METADATA_SERVICE_NUM_ATTEMPTS", in: 1...10)
    }

    /// An endpoint comes before a mode, the environment before the profile.
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
        return text.utf8.last == UInt8(ascii: "/") ? String(Substring(text.utf8.dropLast())) : text
    }

    private static func endpoint(mode: String, _ source: String) throws(CredentialsError) -> String {
        if mode.equals(ignoringCase: "IPv4") { return ipv4 }
        if mode.equals(ignoringCase: "IPv6") { return "http://[fd00:ec2::254]" }
        throw .malformedSetting(source, allowed: "IPv4 or IPv6")
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
