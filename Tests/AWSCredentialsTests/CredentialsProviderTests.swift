import AWSCredentials
import Formats
import SigV4
import Testing

@Suite struct CredentialsProviderTests {
    @Test func takesASetUntilTheMomentWhenItEnds() throws {
        let credentials = Credentials.number(1, until: .noon)
        try credentials.checkShape(at: Timestamp.noon.adding(milliseconds: -1))
        #expect(throws: CredentialsError.expired(.noon)) { try credentials.checkShape(at: .noon) }
        try Credentials.number(1).checkShape(at: .noon)
    }

    @Test(arguments: ["", " ", "a b", "a\n", "\u{7F}", "ä", "a\u{0}"])
    func refusesWhatCannotStandInAHeaderField(text: String) {
        func check(_ id: String, _ secret: String, _ token: String?) throws(CredentialsError) {
            try Credentials(accessKeyID: id, secretAccessKey: secret, sessionToken: token).checkShape(at: .noon)
        }
        #expect(throws: CredentialsError.malformedCredentials(.accessKeyID)) { try check(text, "s", "t") }
        #expect(throws: CredentialsError.malformedCredentials(.secretAccessKey)) { try check("a", text, "t") }
        #expect(throws: CredentialsError.malformedCredentials(.sessionToken)) { try check("a", "s", text) }
    }

    /// In the `Authorization` field both end the ID. In the other parts they are common.
    @Test(arguments: ["AKID/EXAMPLE", "AKID,EXAMPLE", "/", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"])
    func refusesAnAccessKeyIDThatTheFieldCannotHold(text: String) throws {
        #expect(throws: CredentialsError.separatorInAccessKeyID) {
            try Credentials(accessKeyID: text, secretAccessKey: "s").checkShape(at: .noon)
        }
        try Credentials(accessKeyID: "AKID.=+_", secretAccessKey: text, sessionToken: text).checkShape(at: .noon)
    }
}
