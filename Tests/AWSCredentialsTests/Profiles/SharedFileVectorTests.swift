import AWSCredentials
import TestSupport
import Testing

/// The parser cases that the AWS SDKs share.
@Suite(.needsVectors)
struct SharedFileVectorTests {
    private struct Suite: Decodable {
        let tests: [Case]
    }

    private struct Case: Decodable {
        let name: String
        let input: Input
        let output: Output
    }

    private struct Input: Decodable {
        let configFile: String?
        let credentialsFile: String?
    }

    private struct Output: Decodable {
        let config: Config?
        let errorContaining: String?
    }

    private struct Config: Decodable {
        let profiles: [String: [String: String]]
        let sso_sessions: [String: [String: String]]?
    }

    /// Cases that are read as boto3 and the AWS CLI read them, and what is read: `key : value` is a property, and a name in
    /// the credentials file may have blanks.
    private static let readAsBoto3 = [
        "Property definitions must contain an equals sign.": ["foo": ["key": "value"]],
        "Invalid profile names are ignored.": ["in valid 2": ["name2": "value2"]],
    ]

    @Test func agreesWithTheOtherSDKs() throws {
        let suite: Suite = try Vectors.decode(from: "credentials/profile-parser-tests.json")
        #expect(suite.tests.count == 65)
        for test in suite.tests {
            if let expected = Self.readAsBoto3[test.name] {
                let configuration = try parse(test.input).get()
                #expect(properties(of: .profile, in: configuration) == expected)
            } else {
                try check(test)
            }
        }
        #expect(Set(suite.tests.map(\.name)).isSuperset(of: Self.readAsBoto3.keys))
    }

    private func check(_ test: Case) throws {
        let comment = Comment(rawValue: test.name)
        switch parse(test.input) {
        case .success(let configuration):
            let expected = try #require(test.output.config, comment)
            #expect(properties(of: .profile, in: configuration) == expected.profiles, comment)
            #expect(properties(of: .ssoSession, in: configuration) == expected.sso_sessions ?? [:], comment)
        case .failure(let error):
            let words = try #require(test.output.errorContaining, comment).lowercased()
            #expect(error.description.contains(words), comment)
        }
    }

    private func parse(_ input: Input) -> Result<SharedConfiguration, CredentialsError> {
        Result { () throws(CredentialsError) in
            SharedConfiguration(
                config: try SharedFileParser.contents(of: input.configFile ?? "", as: .config, path: "config"),
                credentials: try SharedFileParser.contents(
                    of: input.credentialsFile ?? "", as: .credentials, path: "credentials"))
        }
    }

    private func properties(
        of kind: SectionName.Kind, in configuration: SharedConfiguration
    ) -> [String: [String: String]] {
        configuration.sections.reduce(into: [:]) { found, section in
            if section.key.kind == kind { found[section.key.name] = section.value.properties }
        }
    }
}
