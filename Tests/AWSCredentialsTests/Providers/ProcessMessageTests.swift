import AWSCredentials
import Testing

@Suite struct ProcessMessageTests {
    private func message(_ text: String) -> String? { ProcessMessage(standardError: Array(text.utf8))?.description }

    @Test(arguments: [
        ("session expired: run corp-login first\n", "session expired: run corp-login first"),
        ("one\ntwo\r\n\n three \nfour", "two | three | four"),
        ("\u{1B}[1;31mError\u{1B}[0m: no\tsession\u{7}", "Error: no\\tsession\\u{07}"),
        ("größer", "gr\\u{00F6}\\u{00DF}er"), ("a\u{202E}b", "a\\u{202E}b"),
        (String(repeating: "x", count: 250), String(repeating: "x", count: 200) + "..."),
        ("cut\u{1B}[", "cut"), ("\u{1B}alone", "\\u{1B}alone"),
    ])
    func showsTheLastLinesWithoutControlCharacters(text: String, shown: String) {
        #expect(message(text) == shown)
    }

    @Test(arguments: ["", "\n\r\n", "  \n\t\n", "\u{1B}[0m\n"])
    func saysNothingOfNothing(text: String) {
        #expect(message(text) == nil)
    }

    @Test func takesBytesThatAreNoText() {
        #expect(ProcessMessage(standardError: [0x61, 0xFF, 0x0A])?.description == "a\\u{FFFD}")
    }

    @Test(arguments: [
        ("key=wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "key=(hidden)"),
        ("AQoDYXdzEPT0123456789AQoDYXdzEPT==", "(hidden)=="),
        (#"{"SecretAccessKey": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"}"#, #"{"SecretAccessKey": "(hidden)"}"#),
        ("jwt eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0aaaaaaaa.x", "jwt (hidden)"),
        (
            #"{"SecretAccessKey":"wJalrXUtnFEMI\/K7MDENG\/bPxRfiCYEXAMPLEKEY"}"#,
            #"{"SecretAccessKey":"(hidden)"}"#
        ),
        ("https://a.example/?key=wJalrXUtnFEMI%2FK7MDENG%2FbPxRfiCYEXAMPLEKEY", "https://a.example/?key=(hidden)"),
        (#"key "wJalrXUtnFEMI\u002FK7MDENG\u002FbPxRfiCYEXAMPLEKEY""#, #"key "(hidden)""#),
        ("<key>wJalrXUtnFEMI&#47;K7MDENG&#47;bPxRfiCYEXAMPLEKEY</key>", "<key>(hidden)</key>"),
        ("gho_16C7e42F.292c6912~E7710c838347Ae178B4a", "(hidden)"),
        ("token=0123456789abcdef0123456789abcdef", "token=(hidden)"),
        ("token x-0123456789ABCDEF0123456789ABCDEF.", "token (hidden)"),
    ])
    func hidesWhatLooksLikeASecret(text: String, shown: String) {
        #expect(message(text) == shown)
    }

    @Test(arguments: [
        "request 8a6e0804-2bd0-4672-b79d-d97027f9071a failed", "/opt/corporate/tools/credentials/helper failed",
        "role arn:aws:iam::123456789012:role/Reader is denied",
        "open https://device.sso.us-east-1.amazonaws.com/?c=AB-12",
        #"File "/usr/lib/python3.11/site-packages/botocore/credentials.py", line 12"#,
        "vault-3.internal.credentials-service.example.com: no route",
    ])
    func showsWhatAnOperatorNeeds(text: String) {
        #expect(message(text) == text)
    }
}
