/// Why no endpoint can be told from the settings.
public enum EndpointError: Error, Hashable, Sendable {
    case missingRegion
    case invalidRegion(String)
    case fipsWithOverride
    case dualStackWithOverride
    case invalidOverride(InvalidOrigin)

    /// What is wrong with the text of an override.
    public enum InvalidOrigin: Error, Hashable, Sendable {
        case scheme
        case userInformation
        case host
        case port
        case path
    }
}

extension EndpointError: CustomStringConvertible {
    /// AWS's own words where its rule set has some. An override is not repeated: it may hold a password.
    public var description: String {
        switch self {
        case .missingRegion: "Invalid Configuration: Missing Region"
        case .invalidRegion(let region):
            "Invalid Configuration: \(region.debugDescription) is no region (letters a-z, digits and '-', at most 63)"
        case .fipsWithOverride: "Invalid Configuration: FIPS and custom endpoint are not supported"
        case .dualStackWithOverride: "Invalid Configuration: Dualstack and custom endpoint are not supported"
        case .invalidOverride(let fault): "Invalid Configuration: the custom endpoint \(fault)"
        }
    }
}

extension EndpointError.InvalidOrigin: CustomStringConvertible {
    /// The end of a sentence about the endpoint.
    public var description: String {
        switch self {
        case .scheme: "must begin with 'https://' or 'http://'"
        case .userInformation: "must not hold a user name or password"
        case .host: "has no valid host name or address"
        case .port: "has a port that is not a number from 1 to 65535"
        case .path: "must not have a path, a query or a fragment"
        }
    }
}
