import Curl
import SigV4

/// Makes providers of what profiles describe.
struct ProfileSources: Sendable {
    let environment: Variables
    let files: FileReader
    let transport: any Transport
    let named: NamedSources
    let pause: @Sendable (Duration) async -> Void
    private let signOnTokens = SignOnTokenStore()

    init(
        environment: Variables, files: FileReader, transport: any Transport,
        named: NamedSources, pause: @escaping @Sendable (Duration) async -> Void
    ) {
        self.environment = environment
        self.files = files
        self.transport = transport
        self.named = named
        self.pause = pause
    }

    /// Who carries out the plan by the deadline. `profile` says where AWS is, after the environment.
    ///
    /// Throws `malformedSetting` where a service that is needed cannot be found.
    func provider(
        for plan: ProfilePlan, _ profile: ProfileSettings, by deadline: ContinuousClock.Instant
    ) throws(CredentialsError) -> any CredentialsProvider {
        let endpoints = EndpointSettings(environment: environment, profile: profile)
        let patience = PatientTransport(transport: transport, deadline: deadline, pause: pause)
        var provider = try provider(for: plan.base, endpoints, patience)
        for role in plan.roles {
            let service = SecurityTokenService(at: try endpoints.endpoint(of: .securityTokens), through: patience)
            provider = AssumedRoleProvider(role: role, caller: provider, service: service)
        }
        return provider
    }

    private func provider(
        for base: ProfilePlan.Base, _ endpoints: EndpointSettings, _ transport: PatientTransport
    ) throws(CredentialsError) -> any CredentialsProvider {
        switch base {
        case .staticKeys(let credentials): return StaticKeysProvider(credentials: credentials)
        case .webIdentity(let identity):
            let service = SecurityTokenService(at: try endpoints.endpoint(of: .securityTokens), through: transport)
            return IdentityTokenProvider(identity: identity, files: files, service: service)
        case .singleSignOn(let settings): return try singleSignOn(settings, endpoints, transport)
        case .process(let process):
            return ProcessProvider(process: process, environment: environment, deadline: transport.deadline)
        case .named(let source): return named[source]
        }
    }
}

extension ProfileSources {
    private func singleSignOn(
        _ settings: SignOnSettings, _ endpoints: EndpointSettings, _ transport: PatientTransport
    ) throws(CredentialsError) -> SingleSignOnProvider {
        guard let home = environment.value(of: "HOME")
        else {
            throw .malformedSetting(
                "HOME", allowed: "the directory that has the sign-in of profile '\(settings.profile)'")
        }
        let issuer = SignOnTokenIssuer(
            endpoint: try endpoints.endpoint(of: .openIDConnect, in: settings.region), transport: transport)
        return SingleSignOnProvider(
            settings: settings, path: settings.tokenFile(home: home), files: files, store: signOnTokens,
            portal: try endpoints.endpoint(of: .portal, in: settings.region), issuer: issuer, transport: transport)
    }
}
