public import Curl
public import SigV4

/// The role of an Amazon EC2 instance, from the instance metadata service in its version 2.
public struct InstanceMetadataProvider: CredentialsProvider {
    /// "instance metadata".
    public let name = "instance metadata"
    private let environment: Variables
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
        self.environment = Variables(environment)
        self.profile = profile
        self.transport = transport
        self.jitter = jitter
        self.pause = pause
    }

    /// Nobody there, or an instance without a role, is not configured. Throws for settings that cannot be used, what
    /// reading the profile throws, and for a service that is there and fails.
    public func credentials(at now: Timestamp) async throws(CredentialsError) -> ProviderAnswer {
        guard let client = try client()
        else { return .notConfigured(reason: "\(InstanceMetadataSettings.disabled) is true") }
        do throws(InstanceMetadataFailure) {
            return try await answer(from: client, at: now)
        } catch {
            switch error {
            case .absent(let reason): return .notConfigured(reason: reason)
            case .faulty(let fault): throw .endpointFailed("the instance metadata service", fault)
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
    ) async throws(InstanceMetadataFailure) -> ProviderAnswer {
        guard let role = try await role(from: client, at: now),
            let body = try await client.content(at: Self.folder + role, now: now)
        else { return .notConfigured(reason: "the instance has no role") }
        do throws(EndpointFault) {
            return prolonged(try CredentialsDocument(body).credentials, at: now)
        } catch {
            throw .faulty(error)
        }
    }

    /// The first line of the list, which has only one.
    private func role(
        from client: InstanceMetadataClient, at now: Timestamp
    ) async throws(InstanceMetadataFailure) -> String? {
        guard let body = try await client.content(at: Self.folder, now: now) else { return nil }
        let text = String(decoding: body, as: UTF8.self)
        guard let line = text.split(whereSeparator: \.isLineEnd).first?.trimmed, !line.isEmpty else { return nil }
        guard line.isRoleName else { throw .faulty(.malformed) }
        return String(line)
    }

    /// A service that cannot renew a role's credentials hands the old ones out past their end, and AWS takes them for
    /// as long. They get an end of their own, so that the service is asked again after a while and not by every
    /// instance at once.
    private func prolonged(_ credentials: Credentials, at now: Timestamp) -> ProviderAnswer {
        guard let end = credentials.expiration, end <= now
        else { return .found(credentials, from: CredentialsOrigin(name, isStaticallyStable: true)) }
        let credentials = Credentials(
            accessKeyID: credentials.accessKeyID, secretAccessKey: credentials.secretAccessKey,
            sessionToken: credentials.sessionToken, expiration: now.adding(milliseconds: 600_000 + jitter()),
            accountID: credentials.accountID)
        return .found(credentials, from: CredentialsOrigin(name, isStaticallyStable: true, overdueSince: end))
    }

    private static let folder = "/latest/meta-data/iam/security-credentials/"
}

extension Substring {
    /// The characters that IAM allows in the name of a role.
    fileprivate var isRoleName: Bool {
        utf8.count <= 128 && allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "+=,.@_-".contains($0)) }
    }
}
