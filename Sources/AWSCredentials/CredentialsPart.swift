/// A part of a set of credentials whose shape can be wrong. The raw value is for people.
public enum CredentialsPart: String, Sendable, CustomStringConvertible {
    case accessKeyID = "access key ID"
    case secretAccessKey = "secret access key"
    case sessionToken = "session token"

    /// The raw value.
    public var description: String { rawValue }
}
