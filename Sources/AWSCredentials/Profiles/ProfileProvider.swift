public import Curl
public import SigV4

/// What the profile that `AWS_PROFILE` names, else `default`, describes: keys, a role, an identity, a sign-in, a
/// program. Both files are read anew for every answer, so what is changed in place is found.
public struct ProfileProvider: CredentialsProvider {
    /// "profile".
    public let name = "profile"
    private let environment: Variables
    private let files: FileReader
    private let sources: ProfileSources

    /// `environment` says where the files are, which profile is meant and, before the profile, where AWS is; a program
    /// of the profile's inherits it. `named` are the sources that `credential_source` may name. `pause` waits between
    /// two attempts.
    public init(
        environment: [String: String], files: FileReader, transport: any Transport,
        named: NamedSources,
        pause: @escaping @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) }
    ) {
        self.environment = Variables(environment)
        self.files = files
        sources = ProfileSources(
            environment: self.environment, files: files, transport: transport, named: named, pause: pause)
    }

    /// Takes at most a minute, and beyond that as long as a named source takes. Throws for a named profile that is not
    /// there, for one that cannot be followed, for files that are broken, and what the profile's sources throw.
    public func credentials(at now: Timestamp) async throws(CredentialsError) -> ProviderAnswer {
        let configuration = try SharedConfiguration(environment: environment, files: files)
        let selection = ProfileSelection(environment: environment)
        guard let profile = configuration.sections[.profile(selection.name)] else {
            if selection.isNamed { throw configuration.absence(of: selection.name) }
            let reasons = ["there is no profile '\(selection.name)'"] + configuration.gaps
            return .notConfigured(reason: reasons.joined(separator: ", "))
        }
        guard ProfileSource(of: profile) != nil
        else { return .notConfigured(reason: "profile '\(selection.name)' names no source of credentials") }
        let plan = try ProfilePlan(for: selection.name, in: configuration)
        let settings = try ProfileSettings(of: selection.name, in: configuration)
        return try await sources.provider(for: plan, settings, by: .now + .seconds(60)).credentials(at: now).of(self)
    }
}

extension ProviderAnswer {
    /// The same under the provider's name, which was the one that was asked: "profile (assumed role)".
    fileprivate func of(_ provider: ProfileProvider) -> ProviderAnswer {
        guard case .found(let credentials, let origin) = self else { return self }
        let renamed = CredentialsOrigin(
            "\(provider.name) (\(origin.name))", isStaticallyStable: origin.isStaticallyStable,
            overdueSince: origin.overdueSince)
        return .found(credentials, from: renamed)
    }
}
