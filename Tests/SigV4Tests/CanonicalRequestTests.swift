import Formats
import SigV4
import Testing

@Suite struct CanonicalRequestTests {
    @Test(arguments: [
        ("", "/", ""), ("/", "/", ""), ("example", "/example", ""), ("/?", "/", ""), ("/..", "/", ""),
        ("/../a", "/a", ""), ("/a/b/..", "/a/", ""), ("/a/.", "/a/", ""), ("/a/./b/../c", "/a/c", ""),
        ("/a//b///", "/a/b/", ""), ("/a...", "/a...", ""), ("/a%2Fb", "/a%252Fb", ""), ("/a+b", "/a%2Bb", ""),
        ("/?a", "/", "a="), ("/?a=b=c", "/", "a=b%3Dc"), ("/?=v", "/", "=v"), ("/?b&&a", "/", "a=&b="),
        ("/?p-1=x&p=y", "/", "p=y&p-1=x"), ("/?a=%7e%2f", "/", "a=~%2F"), ("/?a=%zz%2", "/", "a=%25zz%252"),
        ("/?a=1+2", "/", "a=1%2B2"), ("/?a=?", "/", "a=%3F"), ("/?a=ö", "/", "a=%C3%B6"),
    ])
    func writesPathAndQueryOneWay(target: String, path: String, query: String) {
        let lines = lines(SigningRequest(method: "GET", target: target, headers: [("host", "h")]))
        #expect(lines[1] == path)
        #expect(lines[2] == query)
    }

    @Test func leavesOutWhatChangesOnTheWay() {
        let names = [
            "Connection", "Expect", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "TE", "Trailer",
            "Transfer-Encoding", "Upgrade", "User-Agent", "X-Amzn-Trace-Id", "Authorization",
        ]
        let headers = [("Host", "h")] + names.map { ($0, "v") } + [("Content-Type", "t")]
        #expect(signedHeaders(headers) == "content-type;host;x-amz-date")
    }

    @Test func replacesTheLinesThatItSets() {
        let headers = [("x-amz-date", "20000101T000000Z"), ("X-AMZ-SECURITY-TOKEN", "old"), ("Host", "h")]
        let lines = lines(SigningRequest(method: "GET", headers: headers), token: "new")
        #expect(lines[3...5] == ["host:h", "x-amz-date:20150830T123600Z", "x-amz-security-token:new"])
        #expect(lines[6] == "")
    }

    @Test(arguments: [
        ("a", "a"), ("", ""), (" ", ""), ("  a  ", "a"), ("a ", "a"), ("a\t", "a"), (" a", "a"), ("a b", "a b"),
        ("a  b", "a b"), ("a\tb", "a b"),
        ("a\r\n b", "a b"), ("\ta \t b\t", "a b"), ("a,  b", "a, b"), ("ö  ü", "ö ü"),
    ])
    func collapsesBlanksInValues(written: String, canonical: String) {
        let lines = lines(SigningRequest(method: "GET", headers: [("Host", "h"), ("My-Header", written)]))
        #expect(lines[4] == "my-header:\(canonical)")
    }

    private func signedHeaders(_ headers: [(name: String, value: String)]) -> String {
        sign(SigningRequest(method: "GET", headers: headers), token: nil).signedHeaders
    }

    private func lines(_ request: SigningRequest, token: String? = nil) -> [Substring] {
        String(decoding: sign(request, token: token).text, as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false)
    }

    private func sign(_ request: SigningRequest, token: String?) -> CanonicalRequest {
        let credentials = Credentials(accessKeyID: "AKID", secretAccessKey: "s", sessionToken: token)
        return Signer(region: "us-east-1", service: "transcribe")
            .sign(request, credentials: credentials, at: Timestamp(secondsSinceEpoch: 1_440_938_160))
            .signature.canonicalRequest
    }
}
