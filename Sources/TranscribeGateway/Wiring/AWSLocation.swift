import AWSCredentials
import Transcribe

/// Where Amazon Transcribe is, by the environment first and the selected profile second.
struct AWSLocation {
    let settings: AWSSettings
    let endpoint: Endpoint
    /// Who says that it is there, in words.
    let endpointSource: String
    /// Whether somebody chose the endpoint, instead of the region.
    let isOverridden: Bool

    /// - Throws: ``ExitCode`` 78 after what is wrong was said on standard error.
    init(environment: [String: String]) throws {
        let profile = try Self.profile(in: environment)
        settings = try refusingBadConfiguration { () throws(ConfigurationError) in
            try AWSSettings.load(from: environment, profileRegion: profile.region)
        }
        let own = Self.override(in: profile, environment)
        let profileName = settings.profile ?? "default"
        isOverridden = (settings.endpoint ?? own) != nil
        endpointSource = settings.endpointVariable ?? (own == nil ? "by the region" : "profile '\(profileName)'")
        do throws(EndpointError) {
            endpoint = try Endpoint(
                region: settings.region,
                useFIPS: Self.flag("AWS_USE_FIPS_ENDPOINT", environment, settings.usesFIPS, profile.usesFIPSEndpoint),
                useDualStack: Self.flag(
                    "AWS_USE_DUALSTACK_ENDPOINT", environment, settings.usesDualStack, profile.usesDualStackEndpoint),
                override: settings.endpoint ?? own)
        } catch {
            throw refusal("\(error)")
        }
    }

    private static func profile(in environment: [String: String]) throws -> ProfileSettings {
        do throws(CredentialsError) {
            return try ProfileSettings(environment: environment, files: FileReader())
        } catch {
            throw refusal("\(error)")
        }
    }

    /// The variable wins over the profile, also where it says no.
    private static func flag(
        _ variable: String, _ environment: [String: String], _ value: Bool, _ profile: Bool?
    ) -> Bool {
        environment[variable, default: ""].isEmpty ? profile ?? value : value
    }

    /// The profile's own endpoint, unless the environment says to ignore such settings.
    private static func override(in profile: ProfileSettings, _ environment: [String: String]) -> String? {
        guard environment["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"]?.lowercased() != "true" else { return nil }
        return profile.serviceEndpointURLs["transcribe"] ?? profile.endpointURL
    }
}
