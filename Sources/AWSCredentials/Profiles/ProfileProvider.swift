import AWSEndpoints
public import Curl
public import Formats
public import SigV4

/// The source that the profile of `AWS_PROFILE`, then `AWS_DEFAULT_PROFILE`, otherwise `default`, describes: keys, a role,
/// a web identity, an SSO session, a program. Both shared files are read for each request for credentials, so changes in
/// place are found.
public struct ProfileProvider: CredentialsProvider {
    /// "profile".
    public let name = "profile"
    private let environment: EnvironmentVariables
    private let files: FileReader
    private let factory: ProfileProviderFactory

    /// A provider for the selected profile.
    ///
    /// - Parameters:
    ///   - environment: says where the files are, which profile is selected and, before the profile, where AWS is; a
    ///     program of the profile inherits it.
    ///   - named: the sources that `credential_source` may name.
    ///   - clock: learns from AWS's responses.
    ///   - pause: waits between two attempts.
    public init(
        environment: [String: String], files: FileReader, transport: any Transport, clock: AWSClock,
        named: NamedSources,
        pause: @escaping @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) }
    ) {
        self.environment = EnvironmentVariables(environment)
        self.files = files
        factory = ProfileProviderFactory(
            environment: self.environment, files: files, transport: transport, clock: clock, named: named,
            pause: pause)
    }

    /// Takes at most a minute, and in addition as long as a named source takes. Throws for a named profile that does not
    /// exist, for a profile that is impossible or incomplete, for files that are broken, and what the profile's source
    /// throws.
    public func credentials(at now: Timestamp) async throws(CredentialsError) -> ProviderResult {
        let configuration = try SharedConfiguration(environment: environment, files: files)
        let selection = ProfileSelection(environment: environment)
        guard let profile = try configuration.profile(of: selection) else {
            let reasons = ["there is no profile '\(selection.name)'"] + configuration.gaps
            return .notConfigured(reason: reasons.joined(separator: ", "))
        }
        guard ProfileSourceKind(of: profile) != nil
        else { return .notConfigured(reason: "profile '\(selection.name)' names no source of credentials") }
        let plan = try ProfilePlan(for: selection.name, in: configuration)
        let settings = ProfileSettings(of: selection.name, in: configuration)
        let provider = try factory.provider(for: plan, settings, by: .now + .seconds(60))
        do throws(CredentialsError) {
            return try await provider.credentials(at: now).prefixed(by: name)
        } catch {
            throw error.naming(unusedKeysIn: configuration)
        }
    }
}

extension CredentialsError {
    /// The same; for a program that failed, with the line of the keys that its profile has beside it.
    fileprivate func naming(unusedKeysIn configuration: SharedConfiguration) -> CredentialsError {
        guard case .processFailed(let profile, _, _) = self,
            let line = configuration.sections[.profile(profile)]?.line(of: "aws_access_key_id")
        else { return self }
        return .unusedKeys(profile: profile, line, error: self)
    }
}

extension ProviderResult {
    /// The same with an origin like "profile (assumed role)": the provider that was asked, and the profile's source.
    fileprivate func prefixed(by name: String) -> ProviderResult {
        guard case .found(let credentials, let origin) = self else { return self }
        let renamed = CredentialsOrigin(
            "\(name) (\(origin.name))", isStaticallyStable: origin.isStaticallyStable,
            expiredAt: origin.expiredAt)
        return .found(credentials, from: renamed)
    }
}

/// Makes the providers that profiles describe.
struct ProfileProviderFactory: Sendable {
    let environment: EnvironmentVariables
    let files: FileReader
    let transport: any Transport
    let clock: AWSClock
    let named: NamedSources
    let pause: @Sendable (Duration) async -> Void
    private let ssoTokens = SSOTokenStore()

    init(
        environment: EnvironmentVariables, files: FileReader, transport: any Transport, clock: AWSClock,
        named: NamedSources, pause: @escaping @Sendable (Duration) async -> Void
    ) {
        self.environment = environment
        self.files = files
        self.transport = transport
        self.clock = clock
        self.named = named
        self.pause = pause
    }

    /// A provider that follows the plan and ends by the deadline. `profile` says where AWS is, after the environment.
    ///
    /// Throws `malformedSetting` for settings that leave no endpoint for a service that the plan needs.
    func provider(
        for plan: ProfilePlan, _ profile: ProfileSettings, by deadline: ContinuousClock.Instant
    ) throws(CredentialsError) -> any CredentialsProvider {
        let endpoints = EndpointSettings(environment: environment, profile: profile.endpoints)
        let retrying = RetryingTransport(transport: transport, clock: clock, deadline: deadline, pause: pause)
        var provider = try provider(for: plan.base, endpoints, retrying)
        for role in plan.roles {
            let service = SecurityTokenService(
                at: try endpoints.endpoint(forCredentialsFrom: .securityTokens), through: retrying)
            provider = AssumedRoleProvider(role: role, source: provider, service: service)
        }
        return provider
    }

    private func provider(
        for base: ProfilePlan.Base, _ endpoints: EndpointSettings, _ transport: RetryingTransport
    ) throws(CredentialsError) -> any CredentialsProvider {
        switch base {
        case .staticKeys(let credentials): return StaticKeysProvider(credentials: credentials)
        case .webIdentity(let identity):
            let service = SecurityTokenService(
                at: try endpoints.endpoint(forCredentialsFrom: .securityTokens), through: transport)
            return WebIdentityTokenProvider(identity: identity, files: files, service: service)
        case .sso(let settings): return try sso(settings, endpoints, transport)
        case .process(let process):
            return ProcessProvider(process: process, environment: environment, deadline: transport.deadline)
        case .named(let source): return named[source]
        }
    }
}

extension ProfileProviderFactory {
    private func sso(
        _ settings: SSOSettings, _ endpoints: EndpointSettings, _ transport: RetryingTransport
    ) throws(CredentialsError) -> SSOProvider {
        guard let home = environment.value(of: "HOME")
        else {
            throw .malformedSetting(
                "HOME", allowed: "the directory that holds the SSO token of profile '\(settings.profile)'")
        }
        let issuer = SSOTokenIssuer(
            endpoint: try endpoints.endpoint(forCredentialsFrom: .ssoTokens, ssoRegion: settings.region),
            transport: transport)
        return SSOProvider(
            settings: settings, path: settings.tokenFile(home: home), files: files, store: ssoTokens,
            portal: try endpoints.endpoint(forCredentialsFrom: .ssoPortal, ssoRegion: settings.region), issuer: issuer,
            transport: transport)
    }
}

/// A source of the credentials that a profile's role is assumed with. The raw value is the word of `credential_source`.
public enum NamedSource: String, Sendable, CaseIterable {
    case environment = "Environment"
    case instanceMetadata = "Ec2InstanceMetadata"
    case container = "EcsContainer"
}

/// The sources that a profile's `credential_source` may name.
public struct NamedSources: Sendable {
    private let environment: any CredentialsProvider
    private let container: any CredentialsProvider
    private let instanceMetadata: any CredentialsProvider

    /// One provider for each ``NamedSource``.
    public init(
        environment: any CredentialsProvider, container: any CredentialsProvider,
        instanceMetadata: any CredentialsProvider
    ) {
        self.environment = environment
        self.container = container
        self.instanceMetadata = instanceMetadata
    }

    subscript(source: NamedSource) -> any CredentialsProvider {
        switch source {
        case .environment: environment
        case .container: container
        case .instanceMetadata: instanceMetadata
        }
    }
}

/// Keys in a profile.
struct StaticKeysProvider: CredentialsProvider {
    let name = "static keys"
    let credentials: Credentials

    func credentials(at now: Timestamp) -> ProviderResult { .found(credentials, from: CredentialsOrigin(name)) }
}

/// The selected profile.
struct ProfileSelection {
    let name: String
    /// The variable that names it; nil for `default`. A profile that is named has to exist.
    let variable: String?

    init(environment: EnvironmentVariables) {
        variable = ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"].first { environment.value(of: $0) != nil }
        name = variable.flatMap(environment.value(of:)) ?? "default"
    }
}

extension SharedConfiguration {
    /// The selected profile; nil where there is no `default` and no variable names another. Throws `unknownProfile`, or why
    /// the profile that a variable names is not found.
    fileprivate func profile(of selection: ProfileSelection) throws(CredentialsError) -> Section? {
        if let profile = sections[.profile(selection.name)] { return profile }
        guard let variable = selection.variable else { return nil }
        throw absence(of: selection.name, else: .unknownProfile(selection.name, variable: variable))
    }
}

extension ProfileProvider {
    /// Throws why the profile that a variable names is not found, where the environment's keys do not stand in for it: no search
    /// for credentials gets past that.
    public static func checkSelection(environment: [String: String], files: FileReader) throws(CredentialsError) {
        let variables = EnvironmentVariables(environment)
        let keys = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]
        guard keys.allSatisfy({ variables.value(of: $0) == nil }) else { return }
        let configuration = try SharedConfiguration(environment: variables, files: files)
        _ = try configuration.profile(of: ProfileSelection(environment: variables))
    }
}
