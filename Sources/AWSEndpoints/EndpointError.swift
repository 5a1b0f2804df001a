/// Why the settings name no place to call. No case holds a value: an endpoint may hold a password.
package enum EndpointError: Error, Hashable, Sendable {
    /// No region is set.
    case missingRegion
    /// The setting has a value of another form; `allowed` ends the sentence "… must be …".
    case notAllowed(EndpointSettingName, allowed: String)
    /// The switches are on beside an endpoint that a setting chose.
    case conflict([EndpointSettingName], with: EndpointSettingName)

    /// The setting to change, for people.
    package var setting: String {
        switch self {
        case .missingRegion: "AWS_REGION"
        case .notAllowed(let setting, _): "\(setting)"
        case .conflict(let flags, _): flags.map(\.description).joined(separator: " and ")
        }
    }

    /// What the setting may be, as the end of the sentence "… must be …".
    package var allowed: String {
        switch self {
        case .missingRegion: Region.allowed
        case .notAllowed(_, let allowed): allowed
        case .conflict(_, let endpoint): "false beside \(endpoint)"
        }
    }
}

extension EndpointError: CustomStringConvertible {
    /// One sentence without a full stop.
    package var description: String {
        self == .missingRegion ? "\(setting) is not set, but must be \(allowed)" : "\(setting) must be \(allowed)"
    }
}

/// A setting that decides where AWS's services are.
package enum EndpointSettingName: Hashable, Sendable {
    /// An environment variable.
    case variable(String)
    /// A key of the profile with this name, and the file and line that it has.
    case profile(String, key: String, at: String? = nil)
    /// The metadata of the instance that the process runs on.
    case instanceMetadata

    /// Where the setting stands: the variable's name, or `profile 'ward' in /home/me/.aws/config, line 3`.
    package var place: String {
        switch self {
        case .variable(let name): name
        case .profile(let name, _, let line): "profile '\(name)'" + (line.map { " in \($0)" } ?? "")
        case .instanceMetadata: "instance metadata"
        }
    }
}

extension EndpointSettingName: CustomStringConvertible {
    /// The setting as an error names it: `AWS_REGION`, `region of profile 'ward' in /home/me/.aws/config, line 3`.
    package var description: String {
        switch self {
        case .variable(let name): name
        case .profile(_, let key, _): "\(key) of \(place)"
        case .instanceMetadata: place
        }
    }
}
