/// Why the instance metadata service gave nothing.
enum InstanceMetadataFailure: Error {
    /// There is no such service for this process; why not, in words.
    case absent(reason: String)
    /// There is one, and it fails.
    case faulty(EndpointFault)
}
