public import Formats
import SigV4

/// Credentials in environment variables ("AWS access keys" and "Environment variables" in the AWS SDKs and Tools
/// Reference Guide).
public struct EnvironmentProvider: CredentialsProvider {
    /// "environment".
    public let name = "environment"
    private let environment: EnvironmentVariables

    /// Reads only the given variables, never those of the process.
    public init(environment: [String: String]) {
        self.environment = EnvironmentVariables(environment)
    }

    /// Throws `halfSet` where one of the two keys is missing, and `malformedTime`.
    public func credentials(at now: Timestamp) throws(CredentialsError) -> ProviderResult {
        switch (environment.value(of: Self.accessKeyID), environment.value(of: Self.secretAccessKey)) {
        case (nil, nil): return .notConfigured(reason: "\(Self.accessKeyID) is not set")
        case (nil, _): throw .halfSet(variable: Self.secretAccessKey, missing: Self.accessKeyID)
        case (_, nil): throw .halfSet(variable: Self.accessKeyID, missing: Self.secretAccessKey)
        case (let accessKeyID?, let secretAccessKey?):
            return .found(
                Credentials(
                    accessKeyID: accessKeyID, secretAccessKey: secretAccessKey, sessionToken: sessionToken,
                    expiration: try expiration()),
                from: CredentialsOrigin(name))
        }
    }

    /// Old tools use the second name.
    private var sessionToken: String? {
        environment.value(of: "AWS_SESSION_TOKEN") ?? environment.value(of: "AWS_SECURITY_TOKEN")
    }

    private func expiration() throws(CredentialsError) -> Timestamp? {
        guard let text = environment.value(of: Self.credentialExpiration) else { return nil }
        guard let time = Timestamp(iso8601: text) else { throw .malformedTime(variable: Self.credentialExpiration) }
        return time
    }

    private static let accessKeyID = "AWS_ACCESS_KEY_ID"
    private static let secretAccessKey = "AWS_SECRET_ACCESS_KEY"
    private static let credentialExpiration = "AWS_CREDENTIAL_EXPIRATION"
}

/// The environment as the first source of a chain. A profile that a variable names and whose role is assumed with the keys
/// of the environment (`credential_source = Environment`) comes before it: the role was named for its permissions.
struct DirectEnvironmentProvider: CredentialsProvider {
    let name = "environment"
    private let keys: EnvironmentProvider
    private let environment: EnvironmentVariables
    private let files: FileReader

    init(_ keys: EnvironmentProvider, environment: [String: String], files: FileReader) {
        self.keys = keys
        self.environment = EnvironmentVariables(environment)
        self.files = files
    }

    /// Throws what ``EnvironmentProvider`` throws, and the fault of a profile that would assume its role with the keys. Files
    /// that cannot be read do not keep the keys from being used.
    func credentials(at now: Timestamp) throws(CredentialsError) -> ProviderResult {
        let result = try keys.credentials(at: now)
        guard case .found = result, let profile = try profileOfTheirRole() else { return result }
        return .notConfigured(
            reason: "profile '\(profile)' assumes its role with these keys (credential_source = Environment)")
    }

    private func profileOfTheirRole() throws(CredentialsError) -> String? {
        let selection = ProfileSelection(environment: environment)
        guard selection.variable != nil,
            let configuration = try? SharedConfiguration(environment: environment, files: files)
        else { return nil }
        do throws(CredentialsError) {
            let plan = try ProfilePlan(for: selection.name, in: configuration)
            return plan.base == .named(.environment) ? selection.name : nil
        } catch {
            guard configuration.leads(from: selection.name, to: .environment) else { return nil }
            throw error
        }
    }
}

extension SharedConfiguration {
    /// Whether `source_profile` leads from this profile to one with this `credential_source`, whatever else is wrong.
    fileprivate func leads(from profile: String, to source: NamedSource) -> Bool {
        var visited: Set<String> = []
        var next: String? = profile
        while let name = next, visited.insert(name).inserted, let section = sections[.profile(name)] {
            if section.value(of: "credential_source") == source.rawValue { return true }
            next = section.value(of: "source_profile")
        }
        return false
    }
}
