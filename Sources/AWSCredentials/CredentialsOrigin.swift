public import SigV4

/// Where a set of credentials came from, and what that means for its end.
public struct CredentialsOrigin: Sendable, Equatable {
    /// What people call the source: ``CredentialsProvider/name``.
    public let name: String
    /// Whether the set is used past its end while the source yields no other one ("static stability"). AWS lets the
    /// services that hand out roles prolong what they gave when they cannot give anything new, and only the service
    /// that is called knows.
    public let isStaticallyStable: Bool
    /// The end that the source told, where that had passed and the set got a later one here.
    public let overdueSince: Timestamp?

    /// A source of this name, whose sets end when they say so unless told otherwise.
    public init(_ name: String, isStaticallyStable: Bool = false, overdueSince: Timestamp? = nil) {
        self.name = name
        self.isStaticallyStable = isStaticallyStable
        self.overdueSince = overdueSince
    }
}
