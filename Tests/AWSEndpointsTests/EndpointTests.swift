import AWSEndpoints
import TestSupport
import Testing

@Suite struct EndpointTests {
    @Test(.needsVectors) func hasAllVectors() {
        #expect(EndpointCase.all.count == 46)
    }

    @Test(arguments: EndpointCase.all) func resolvesAsAWSDoes(example: EndpointCase) {
        let given = example.params
        let resolved = Result { () throws(EndpointError) in
            try Endpoint(
                region: given?.Region, useFIPS: given?.UseFIPS ?? false, useDualStack: given?.UseDualStack ?? false,
                override: given?.Endpoint)
        }
        switch resolved {
        case .success(let endpoint):
            #expect(endpoint.url == example.expect.endpoint?.url)
            #expect("https://\(endpoint.host)" == endpoint.url)
            #expect(endpoint.signingRegion == given?.Region)
        case .failure(let error):
            #expect(error.description == example.expect.error)
        }
    }

    /// Beyond the vectors: checked against the rule set with botocore 1.43.11.
    @Test(arguments: [
        ("us-iso-east-1", true, true, "transcribe-fips.us-iso-east-1.api.aws.ic.gov"),
        ("us-isob-east-1", false, true, "transcribe.us-isob-east-1.api.aws.scloud"),
        ("eu-isoe-west-1", false, false, "transcribe.eu-isoe-west-1.cloud.adc-e.uk"),
        ("us-isof-south-1", false, true, "transcribe.us-isof-south-1.api.aws.hci.ic.gov"),
        ("eusc-de-east-1", false, false, "transcribe.eusc-de-east-1.amazonaws.eu"),
        ("eusc-de-east-1", true, false, "transcribe-fips.eusc-de-east-1.amazonaws.eu"),
        ("cn-south-9", false, false, "transcribe.cn-south-9.amazonaws.com.cn"),
        ("mx-central-1", true, false, "fips.transcribe.mx-central-1.amazonaws.com"),
        ("mars-north-1", false, false, "transcribe.mars-north-1.amazonaws.com"),
    ])
    func knowsEveryPartition(region: String, useFIPS: Bool, useDualStack: Bool, host: String) throws {
        let endpoint = try Endpoint(region: region, useFIPS: useFIPS, useDualStack: useDualStack)
        #expect(endpoint.host == host)
    }

    @Test(arguments: [
        ("http://127.0.0.1:5000", "http://127.0.0.1:5000", "127.0.0.1:5000"),
        ("HTTPS://Example.COM:443/", "https://example.com", "example.com"),
        ("http://localhost:80", "http://localhost", "localhost"),
        ("https://localhost:80", "https://localhost:80", "localhost:80"),
        ("http://[::1]:8080", "http://[::1]:8080", "[::1]:8080"),
        ("http://[::1]", "http://[::1]", "[::1]"),
        ("http://moto_server:05000", "http://moto_server:5000", "moto_server:5000"),
    ])
    func takesAnOriginInItsNormalForm(override: String, url: String, host: String) throws {
        let endpoint = try Endpoint(region: "eu-west-1", override: override)
        #expect(endpoint.url == url)
        #expect(endpoint.host == host)
        #expect(endpoint.signingRegion == "eu-west-1")
    }

    @Test(arguments: [
        ("example.com", EndpointError.InvalidOrigin.scheme), ("ftp://example.com", .scheme), ("", .scheme),
        ("https://", .host), ("https://exa mple.com", .host), ("https://[]", .host), ("https://[::1", .host),
        ("https://exämple.com", .host), ("https://a\r\nb", .host), ("https://:80", .host),
        ("https://a:", .port), ("https://a:0", .port), ("https://a:65536", .port), ("https://a:x", .port),
        ("https://a:1:2", .port), ("https://[::1]x", .port), ("https://a:-1", .port),
        ("https://a/b", .path), ("https://a?b", .path), ("https://a#b", .path), ("https://a//", .path),
        ("https://user:secret@a", .userInformation),
    ])
    func refusesAnOverrideThatIsNoOrigin(override: String, fault: EndpointError.InvalidOrigin) {
        let error = #expect(throws: EndpointError.self) { try Endpoint(region: "eu-west-1", override: override) }
        #expect(error == .invalidOverride(fault))
        #expect(error?.description.contains("secret") == false)
    }

    @Test(arguments: ["us-east-1.evil.example", "us-east-1/", "US-EAST-1", "a b", String(repeating: "a", count: 64)])
    func refusesARegionThatWouldLeadElsewhere(region: String) {
        #expect(throws: EndpointError.invalidRegion(region)) { try Endpoint(region: region) }
    }

    @Test func countsAnEmptyRegionAsNone() {
        #expect(throws: EndpointError.missingRegion) { try Endpoint(region: "") }
    }
}
