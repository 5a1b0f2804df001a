import AWSEndpoints
import SigV4

/// Where one of AWS's services is called: a scheme, a host and perhaps a port, and the region to sign for.
package struct ServiceEndpoint: Sendable, Equatable {
    /// The origin, without a path: `https://sts.eu-west-1.amazonaws.com`.
    package let url: String
    /// The value of `Host` as HTTP clients send it for ``url``.
    package let host: String
    /// The region to sign for, whatever ``host`` is: `eu-west-1`.
    package let region: String

    /// What its endpoint rules say of a service in a region. They are the same for all services that hand out
    /// credentials (the rule sets of `sts`, `sso` and `sso-oidc`).
    init(of service: CredentialsService, in region: String, usesFIPS: Bool, usesDualStack: Bool) {
        let partition = Partition(ofRegion: region)
        // There the plain hosts are the ones with validated cryptography.
        let isPlain = !usesFIPS || !usesDualStack && partition == .govCloud
        let label = service.hostLabel + (isPlain ? "" : "-fips")
        host = "\(label).\(region).\(usesDualStack ? partition.dualStackDNSSuffix : partition.dnsSuffix)"
        url = "https://\(host)"
        self.region = region
    }

    /// An endpoint that somebody chose. Nil unless it is `http` or `https`, a host and perhaps a port, and nothing
    /// else: a path would have to be signed, and a password would end up in logs.
    init?(_ text: String, in region: String) {
        let form = /(https?):\/\/(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::([0-9]{1,5}))?\/?/
        guard let parts = text.lowercased().wholeMatch(of: form) else { return nil }
        let port = parts.3.flatMap { Int($0) }
        guard (1...65_535).contains(port ?? 443) else { return nil }
        host = SigningRequest.host(String(parts.2), port: port, scheme: String(parts.1))
        url = "\(parts.1)://\(host)"
        self.region = region
    }
}
