public import Curl
public import Formats

/// The region of the Amazon EC2 instance that this process runs on, for a process whose settings name none
/// (`placement/region` in "Instance metadata categories" of the Amazon EC2 User Guide).
public enum InstanceRegion: Sendable, Equatable {
    /// The name as the instance metadata service gives it; not checked.
    case found(String)
    /// This is no instance, or its metadata is switched off or broken.
    case none
    /// The service did not answer in time, or failed, and may answer a little later; `reason` says in words what was seen.
    case notYet(reason: String)

    /// Asks the instance metadata service. Takes about a second where there is none, unless AWS's variables set longer
    /// timeouts.
    ///
    /// - Parameters:
    ///   - environment: says with the selected profile where the service is.
    ///   - pause: waits between two attempts.
    public init(
        environment: [String: String], files: FileReader, transport: any Transport, at now: Timestamp,
        pause: @escaping @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) }
    ) async {
        guard let profile = try? ProfileSettings(environment: environment, files: files),
            let settings = try? InstanceMetadataSettings(
                environment: EnvironmentVariables(environment), profile: profile)
        else {
            self = .none
            return
        }
        let client = InstanceMetadataClient(transport: transport, pause: pause)
        do throws(InstanceMetadataError) {
            let body = try await client.content(at: "/latest/meta-data/placement/region", by: settings, now: now)
            let name = body.map { String(Substring(decoding: $0, as: UTF8.self).trimmingWhitespace) }
            self = name.map { .found($0) } ?? .none
        } catch {
            self =
                switch error {
                case .notConfigured: .none
                case .silent(let reason): .notYet(reason: reason)
                case .failed(let error) where error.recovery == .soon:
                    .notYet(reason: "the instance metadata service \(error)")
                case .failed: .none
                }
        }
    }
}
