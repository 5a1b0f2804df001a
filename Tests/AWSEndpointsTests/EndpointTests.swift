import AWSEndpoints
import TestSupport
import Testing

/// Hosts by AWS's endpoint rule sets.
@Suite struct EndpointTests {
    @Test(.needsVectors) func hasAllVectors() {
        #expect(EndpointCase.all.count == 46)
    }

    @Test(arguments: EndpointCase.all) func resolvesAsAWSDoes(example: EndpointCase) {
        let given = example.params
        let settings = EndpointSettings(profile: EndpointSettings.Profile(name: "default")) { name in
            switch name {
            case "AWS_REGION": given?.Region
            case "AWS_USE_FIPS_ENDPOINT": given?.UseFIPS.map(String.init)
            case "AWS_USE_DUALSTACK_ENDPOINT": given?.UseDualStack.map(String.init)
            case "AWS_ENDPOINT_URL_TRANSCRIBE": given?.Endpoint
            default: nil
            }
        }
        do throws(EndpointError) {
            let endpoint = try settings.endpoint(of: .transcribe)
            #expect(endpoint.url == example.expect.endpoint?.url)
            #expect("https://\(endpoint.host)" == endpoint.url)
            #expect(endpoint.region.name == given?.Region)
        } catch {
            // An endpoint without a region is enough for the rule set, but not for a signature.
            let isOnlyUnsigned = error == .missingRegion && given?.Endpoint != nil
            #expect(isOnlyUnsigned || error.inAWSWords == example.expect.error)
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
    func knowsEveryPartition(region: String, usesFIPS: Bool, usesDualStack: Bool, host: String) throws {
        let region = try #require(Region(region))
        let endpoint = Endpoint(of: .transcribe, in: region, usesFIPS: usesFIPS, usesDualStack: usesDualStack)
        #expect(endpoint.host == host)
        #expect(endpoint.url == "https://\(host)")
    }

    /// The answers of AWS's rule set for STS, evaluated by botocore. Those of `sso` and `sso-oidc` differ in the name only.
    @Test(arguments: [
        ("us-east-1", "amazonaws.com", "api.aws"), ("il-central-1", "amazonaws.com", "api.aws"),
        ("cn-north-1", "amazonaws.com.cn", "api.amazonwebservices.com.cn"),
        ("us-iso-east-1", "c2s.ic.gov", "api.aws.ic.gov"), ("us-isob-east-1", "sc2s.sgov.gov", "api.aws.scloud"),
        ("eu-isoe-west-1", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"),
        ("us-isof-south-1", "csp.hci.ic.gov", "api.aws.hci.ic.gov"),
        ("eusc-de-east-1", "amazonaws.eu", "api.amazonwebservices.eu"),
    ])
    func isRegional(region name: String, suffix: String, dualStackSuffix: String) throws {
        let region = try #require(Region(name))
        for (service, host) in [(AWSService.securityTokens, "sts"), (.ssoPortal, "portal.sso"), (.ssoTokens, "oidc")] {
            #expect(Endpoint(of: service, in: region).host == "\(host).\(name).\(suffix)")
            #expect(Endpoint(of: service, in: region, usesFIPS: true).host == "\(host)-fips.\(name).\(suffix)")
            #expect(Endpoint(of: service, in: region, usesDualStack: true).host == "\(host).\(name).\(dualStackSuffix)")
            let both = Endpoint(of: service, in: region, usesFIPS: true, usesDualStack: true)
            #expect(both.host == "\(host)-fips.\(name).\(dualStackSuffix)")
        }
    }

    @Test func needsNoOtherHostForFIPSInGovCloud() throws {
        let region = try #require(Region("us-gov-west-1"))
        let plain = Endpoint(of: .securityTokens, in: region, usesFIPS: true)
        #expect(plain.url == "https://sts.us-gov-west-1.amazonaws.com")
        let dualStack = Endpoint(of: .securityTokens, in: region, usesFIPS: true, usesDualStack: true)
        #expect(dualStack.url == "https://sts-fips.us-gov-west-1.api.aws")
    }

    @Test func takesAnOriginAsItIs() throws {
        let region = try #require(Region("eu-west-1"))
        let endpoint = Endpoint(at: try #require(Origin("HTTP://Host:8080/")), in: region)
        #expect(endpoint.url == "http://host:8080")
        #expect(endpoint.host == "host:8080")
        #expect(endpoint.region == region)
    }
}

extension EndpointError {
    /// What AWS's rule set says instead.
    fileprivate var inAWSWords: String? {
        switch self {
        case .missingRegion: "Invalid Configuration: Missing Region"
        case .conflict([.variable("AWS_USE_FIPS_ENDPOINT")], _):
            "Invalid Configuration: FIPS and custom endpoint are not supported"
        case .conflict([.variable("AWS_USE_DUALSTACK_ENDPOINT")], _):
            "Invalid Configuration: Dualstack and custom endpoint are not supported"
        case .notAllowed, .conflict: nil
        }
    }
}
