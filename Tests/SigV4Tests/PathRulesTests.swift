import Crypto
import Formats
import SigV4
import Testing

/// How paths are signed for Amazon S3 and for services that read them by only one of its rules.
@Suite struct PathRulesTests {
    private static let keys = Credentials(
        accessKeyID: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")

    private static func rules(normalizes: Bool, encodesTwice: Bool) -> PathRules {
        var rules = PathRules()
        (rules.normalizes, rules.encodesTwice) = (normalizes, encodesTwice)
        return rules
    }

    private func canonicalPath(_ target: String, _ rules: PathRules) -> String {
        let request = SigningRequest(method: "GET", target: target, headers: [("host", "h")])
        let text = Signer(region: "us-east-1", service: "s3", path: rules)
            .sign(request, credentials: Self.keys, at: Timestamp(secondsSinceEpoch: 1_440_938_160))
            .signature.canonicalRequest.text
        return String(decoding: text.split(separator: UInt8(ascii: "\n"))[1], as: UTF8.self)
    }

    @Test(arguments: [
        ("/bucket/my%20file.json", "/bucket/my%20file.json"), ("/bucket/a%2Fb", "/bucket/a%2Fb"),
        ("/bucket//a/../b/./c", "/bucket//a/../b/./c"), ("/bucket/a/", "/bucket/a/"), ("/", "/"), ("", "/"),
        ("/bucket/%c3%b6+", "/bucket/%C3%B6%2B"), ("/test$file.text", "/test%24file.text"), ("/a%zz", "/a%25zz"),
        ("/%7e", "/~"), ("/a b", "/a%20b"),
    ])
    func amazonS3ReadsAPathAsItStandsAndEncodedOnce(target: String, path: String) {
        #expect(canonicalPath(target, .s3) == path)
    }

    @Test(arguments: [
        (true, true, "/a/my%2520file"), (true, false, "/a/my%20file"), (false, true, "/a//./my%2520file"),
        (false, false, "/a//./my%20file"),
    ])
    func eachRuleIsForItself(normalizes: Bool, encodesTwice: Bool, path: String) {
        let rules = Self.rules(normalizes: normalizes, encodesTwice: encodesTwice)
        #expect(canonicalPath("/a//./my%20file", rules) == path)
    }

    /// Signatures of botocore 1.43's `S3SigV4Auth`.
    @Test(arguments: [
        ("/bucket/my%20file.json", "4683609a1058532c7100551ddd045900c945044596f818c8889924801237b912"),
        ("/bucket/a%2Fb", "b557716079e045e90fcc696133ae57968c88cd2c82f485ab5cc11e45303788a6"),
        ("/bucket//a/../b/./c", "9fb1762145442f97043ea46dd1fb0fd2b5a72d1e297d33f130495dab347c2b9c"),
        ("/bucket/%C3%B6%2B", "69211761acb23e0c1b1761c43a11789d2a47197f1645e996960f1999b976bab0"),
    ])
    func signsForAmazonS3AsBotocoreDoes(target: String, signature: String) throws {
        var request = SigningRequest(
            method: "GET", target: target,
            headers: [("host", "h"), ("x-amz-content-sha256", String(hexadecimal: SHA256.hash(data: [UInt8]())))])
        let time = Timestamp(secondsSinceEpoch: 1_440_938_160)
        let (made, headers) = Signer(region: "us-east-1", service: "s3", path: .s3)
            .sign(request, credentials: Self.keys, at: time)
        #expect(made.hexadecimal == signature)
        request.headers += headers
        try Verifier(region: "us-east-1", service: "s3", path: .s3).verify(request, known: [Self.keys], at: time)
    }

    /// The example of "Authenticating Requests: Using the Authorization Header" (Amazon S3 API Reference).
    @Test func signsTheExampleOfAmazonS3() {
        let body = Array("Welcome to Amazon S3.".utf8)
        let request = SigningRequest(
            method: "PUT", target: "/test$file.text",
            headers: [
                ("Host", "examplebucket.s3.amazonaws.com"), ("Date", "Fri, 24 May 2013 00:00:00 GMT"),
                ("x-amz-content-sha256", String(hexadecimal: SHA256.hash(data: body))),
                ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
            ], body: body)
        let credentials = Credentials(
            accessKeyID: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
        let (signature, _) = Signer(region: "us-east-1", service: "s3", path: .s3)
            .sign(request, credentials: credentials, at: Timestamp(rfc3339: "2013-05-24T00:00:00Z")!)
        #expect(signature.hexadecimal == "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd")
    }
}
