/// Where a service of AWS is called, the region to sign for, and the setting that decided it.
public struct Endpoint: Hashable, Sendable {
    /// The origin, without a path: `https://transcribe.us-east-1.amazonaws.com`.
    public let url: String
    /// The value of `Host` as HTTP clients send it for ``url``. It is signed, so it must be exactly what goes out.
    public let host: String
    /// The region to sign for. ``host`` need not be in it.
    public let region: Region
    /// The setting that chose ``url``; nil if it follows from the region.
    package let setting: EndpointSettingName?

    /// The endpoint of a service in a region.
    ///
    /// - Parameters:
    ///   - usesFIPS: whether to use the host with validated cryptography (FIPS 140).
    ///   - usesDualStack: whether to use the host that has IPv6 addresses too.
    package init(of service: AWSService, in region: Region, usesFIPS: Bool = false, usesDualStack: Bool = false) {
        host = service.host(in: region, usesFIPS: usesFIPS, usesDualStack: usesDualStack)
        url = "https://\(host)"
        self.region = region
        setting = nil
    }

    /// An endpoint elsewhere: an emulator, a proxy, an interface of a private network.
    package init(at origin: Origin, in region: Region, chosenBy setting: EndpointSettingName? = nil) {
        url = origin.url
        host = origin.authority
        self.region = region
        self.setting = setting
    }

    /// Whether calls are encrypted.
    package var usesTLS: Bool { url.utf8.starts(with: "https://".utf8) }

    /// What decided, for people: `AWS_ENDPOINT_URL`, `profile 'ward'`, or "by the region".
    package var provenance: String { setting?.place ?? "by the region" }
}
