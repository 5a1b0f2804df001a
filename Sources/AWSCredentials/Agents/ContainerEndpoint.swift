/// Where a container asks for its credentials.
struct ContainerEndpoint {
    let url: EndpointURL

    static let relativeURI = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"
    static let fullURI = "AWS_CONTAINER_CREDENTIALS_FULL_URI"

    /// Nil where neither variable is set; the relative one wins. Throws `malformedSetting`.
    init?(environment: Variables) throws(CredentialsError) {
        if let path = environment.value(of: Self.relativeURI) {
            url = try Self.url(path: path)
        } else if let text = environment.value(of: Self.fullURI) {
            url = try Self.url(full: text)
        } else {
            return nil
        }
    }

    /// The slash makes sure that the value cannot lengthen the host.
    private static func url(path: String) throws(CredentialsError) -> EndpointURL {
        guard path.hasPrefix("/"), let url = EndpointURL("http://169.254.170.2" + path)
        else { throw .malformedSetting(relativeURI, allowed: "a path that begins with /") }
        return url
    }

    /// Without TLS the token goes in the clear, so that only hosts will do that no wire leads to.
    private static func url(full text: String) throws(CredentialsError) -> EndpointURL {
        guard let url = EndpointURL(text)
        else { throw .malformedSetting(fullURI, allowed: "an absolute http or https URL with a host") }
        guard url.scheme == .https || url.isLoopback || linkLocal.contains(url.host) else {
            throw .malformedSetting(
                fullURI,
                allowed: "an https URL, or an http URL whose host is localhost, a loopback address, 169.254.170.2, "
                    + "169.254.170.23 or [fd00:ec2::23]")
        }
        return url
    }

    /// Amazon ECS; Amazon EKS Pod Identity.
    private static let linkLocal: Set = ["169.254.170.2", "169.254.170.23", "fd00:ec2::23"]
}
