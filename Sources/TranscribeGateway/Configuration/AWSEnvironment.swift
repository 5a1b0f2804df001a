import AWSCredentials
import AWSEndpoints
import Curl
import Formats

/// AWS's variables, with the region of the instance where no setting names one.
struct AWSEnvironment: Sendable {
    /// The process's; `AWS_REGION` names ``instanceRegion`` if there is one.
    let variables: [String: String]
    /// The region that the instance metadata service names; nil where a setting does, or where there is no such service.
    let instanceRegion: Region?
    /// Why the instance's region is not known yet, though it may be a little later; nil otherwise.
    let pendingReason: String?

    /// Asks the instance metadata service if no setting names a region, which takes about a second where there is none.
    /// Files that cannot be read are reported by the settings.
    /// - Throws: ``ProgramEnd`` 75 as ``startClient(_:)``.
    init(_ variables: [String: String]) async throws {
        guard let profile = try? ProfileSettings(environment: variables, files: FileReader()),
            EndpointSettings(environment: variables, profile: profile.endpoints).namesNoRegion
        else {
            self.init(variables, .none)
            return
        }
        let authorities = try? CertificateAuthorities(environment: variables, profile: profile)
        let client = try startClient(CurlOptions(concurrency: 1, certificateAuthorities: authorities?.path))
        let region = await InstanceRegion(
            environment: variables, files: FileReader(), transport: client, at: .wallTime)
        await client.shutDown()
        self.init(variables, region)
    }

    /// These variables on an instance in this region.
    init(_ variables: [String: String], _ region: InstanceRegion) {
        var variables = variables
        switch region {
        case .found(let name):
            instanceRegion = Region(name)
            pendingReason = nil
        case .none: (instanceRegion, pendingReason) = (nil, nil)
        case .notYet(let reason): (instanceRegion, pendingReason) = (nil, reason)
        }
        if let instanceRegion { variables["AWS_REGION"] = instanceRegion.name }
        self.variables = variables
    }
}

extension EndpointSettings {
    fileprivate var namesNoRegion: Bool {
        do throws(EndpointError) {
            _ = try region()
            return false
        } catch {
            return error == .missingRegion
        }
    }
}
