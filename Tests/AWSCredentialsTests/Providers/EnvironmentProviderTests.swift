import AWSCredentials
import SigV4
import Testing

@Suite struct EnvironmentProviderTests {
    private func result(_ environment: [String: String]) throws(CredentialsError) -> ProviderResult {
        try EnvironmentProvider(environment: environment).credentials(at: .noon)
    }

    private let keys = ["AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "HUSH"]

    @Test func takesEveryPartFromTheEnvironment() throws {
        let others = [
            "AWS_SESSION_TOKEN": "TOKEN", "AWS_CREDENTIAL_EXPIRATION": "2026-11-24T14:00:00+02:00",
        ]
        let expected = Credentials(
            accessKeyID: "AKID", secretAccessKey: "HUSH", sessionToken: "TOKEN", expiration: .noon)
        #expect(try result(keys.merging(others) { $1 }).credentials == expected)
    }

    @Test func dropsWhiteSpaceAroundValues() throws {
        let expected = Credentials(accessKeyID: "AKID", secretAccessKey: "HUSH")
        #expect(
            try result(["AWS_ACCESS_KEY_ID": " AKID\n", "AWS_SECRET_ACCESS_KEY": "HUSH\r\n"]).credentials == expected)
    }

    @Test func readsTheOldNameOfTheTokenWhereTheNewOneIsNotSet() throws {
        let old = try result(keys.merging(["AWS_SECURITY_TOKEN": "OLD", "AWS_SESSION_TOKEN": ""]) { $1 })
        let both = try result(keys.merging(["AWS_SECURITY_TOKEN": "OLD", "AWS_SESSION_TOKEN": "NEW"]) { $1 })
        #expect(old.credentials == Credentials(accessKeyID: "AKID", secretAccessKey: "HUSH", sessionToken: "OLD"))
        #expect(both.credentials == Credentials(accessKeyID: "AKID", secretAccessKey: "HUSH", sessionToken: "NEW"))
    }

    @Test(arguments: [[:], ["AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "  "]])
    func isNotConfiguredWithoutKeys(environment: [String: String]) throws {
        #expect(try result(environment) == .notConfigured(reason: "AWS_ACCESS_KEY_ID is not set"))
    }

    @Test(arguments: [
        ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), ("AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID"),
    ])
    func failsOnHalfAPairOfKeys(set: String, missing: String) {
        #expect(throws: CredentialsError.halfSet(variable: set, missing: missing)) {
            try result([set: "AKID", missing: " "])
        }
    }

    @Test(arguments: ["soon", "1732449600", "2026-11-24", "2026-11-24T12:00:00"])
    func failsOnAnExpirationThatIsNoTime(text: String) {
        #expect(throws: CredentialsError.malformedTime(variable: "AWS_CREDENTIAL_EXPIRATION")) {
            try result(keys.merging(["AWS_CREDENTIAL_EXPIRATION": text]) { $1 })
        }
    }
}
