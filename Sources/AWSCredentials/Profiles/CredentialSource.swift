/// What `credential_source` may say of who asks for a profile's role. The raw value is what stands in the file.
public enum CredentialSource: String, Sendable, CaseIterable {
    case environment = "Environment"
    case instanceMetadata = "Ec2InstanceMetadata"
    case container = "EcsContainer"
}
