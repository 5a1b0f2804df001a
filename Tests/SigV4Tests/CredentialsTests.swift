import Formats
import SigV4
import Testing

@Suite struct CredentialsTests {
    let credentials = Credentials(
        accessKeyID: "ASIAIOSFODNN7EXAMPLE", secretAccessKey: "wJalrXUtnFEMI", sessionToken: "AQoDYXdzEPT",
        expiration: Timestamp(millisecondsSinceEpoch: 0))

    @Test func endsAtTheMomentOfItsExpiration() {
        let end = Timestamp(millisecondsSinceEpoch: 0)
        #expect(credentials.hasExpired(at: end))
        #expect(!credentials.hasExpired(at: end.adding(milliseconds: -1)))
        let permanent = Credentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "s")
        #expect(!permanent.hasExpired(at: end))
    }

    @Test func printsNeitherSecretNorTokenNorTheWholeKeyID() {
        var dumped = ""
        dump([credentials], to: &dumped)
        let printed = [
            "\(credentials)", String(reflecting: credentials), "\([credentials])", "\(Optional(credentials) as Any)",
            String(reflecting: ["key": credentials]), dumped,
        ]
        for text in printed {
            #expect(!text.contains("wJalrXUtnFEMI"))
            #expect(!text.contains("AQoDYXdzEPT"))
            #expect(!text.contains("7EXAMPLE"))
            #expect(text.contains("…MPLE"))
        }
    }

    @Test func saysWhatTellsTwoSetsApart() {
        #expect("\(credentials)" == "Credentials(…MPLE, with session token, until 1970-01-01T00:00:00.000Z)")
        let permanent = Credentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "s")
        #expect("\(permanent)" == "Credentials(…MPLE, no session token, no expiration)")
    }

    @Test func mirrorsNothingSecret() {
        let children = Mirror(reflecting: credentials).children.map { "\($0.label ?? "")=\($0.value)" }
        #expect(children.count == 2)
        #expect(children.first == "accessKeyID=…MPLE")
    }
}
