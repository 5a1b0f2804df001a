import AWSEndpoints
import Testing

@Suite struct OriginTests {
    @Test(arguments: [
        ("http://127.0.0.1:5000", "http://127.0.0.1:5000", "127.0.0.1:5000"),
        ("HTTPS://Example.COM:443/", "https://example.com", "example.com"),
        ("http://localhost:80", "http://localhost", "localhost"),
        ("http://localhost:4566/", "http://localhost:4566", "localhost:4566"),
        ("https://localhost:80", "https://localhost:80", "localhost:80"),
        ("http://[::1]:8080", "http://[::1]:8080", "[::1]:8080"),
        ("http://[::1]", "http://[::1]", "[::1]"), ("http://[::]:80", "http://[::]", "[::]"),
        ("https://[FD00:EC2::23]/", "https://[fd00:ec2::23]", "[fd00:ec2::23]"),
        ("http://127.1:4566", "http://127.0.0.1:4566", "127.0.0.1:4566"),
        ("http://0x7f000001", "http://127.0.0.1", "127.0.0.1"), ("http://0X7F.1", "http://127.0.0.1", "127.0.0.1"),
        ("http://2130706433", "http://127.0.0.1", "127.0.0.1"), ("http://10.1.258", "http://10.1.1.2", "10.1.1.2"),
        ("http://0", "http://0.0.0.0", "0.0.0.0"), ("http://1.2.3.4.a", "http://1.2.3.4.a", "1.2.3.4.a"),
        ("http://0x.example", "http://0x.example", "0x.example"), ("http://1a", "http://1a", "1a"),
        ("http://[0:0:0:0:0:0:0:1]:1", "http://[::1]:1", "[::1]:1"),
        ("http://[1:0:0:2:0:0:0:3]", "http://[1:0:0:2::3]", "[1:0:0:2::3]"),
        ("http://[1:2:3:4:5:6:7:0]", "http://[1:2:3:4:5:6:7:0]", "[1:2:3:4:5:6:7:0]"),
        ("http://[FE80:0:0:0:0:0:0:0]", "http://[fe80::]", "[fe80::]"),
        ("http://[2001:DB8:0:0:1:0:0:1]", "http://[2001:db8::1:0:0:1]", "[2001:db8::1:0:0:1]"),
        ("http://[::FFFF:7f00:1]", "http://127.0.0.1", "127.0.0.1"),
        ("http://moto_server:05000", "http://moto_server:5000", "moto_server:5000"),
    ])
    func takesAnOriginInItsNormalForm(text: String, url: String, authority: String) {
        let origin = Origin(text)
        #expect(origin?.url == url)
        #expect(origin?.authority == authority)
    }

    @Test(arguments: [
        "example.com", "localhost:4566", "ftp://example.com", "", "https:/a", "https//a", " https://a",
        "https://", "http://", "https://exa mple.com", "https://[]", "https://[::1", "https://[beef]", "https://[a.b]",
        "https://exämple.com", "https://a\r\nb", "https://:80", "https://\u{212A}", "https://a\u{301}",
        "https://[1:2:3]", "https://[1::2::3]", "https://[::127.1]", "https://[12345::]", "https://1.2.3.4.5",
        "https://0177.0.0.1", "https://127.0.0.01", "https://127.0.0.256", "https://256.1", "https://4294967296",
        "https://1..2", "https://0x7g.1", "https://1.2.3.4.", "https://a.08", "https://0x",
        "https://a:", "https://a:0", "https://a:65536", "https://a:000080", "https://a:x", "https://a:1:2",
        "https://[::1]x", "https://a:-1", "https://a:+1", "https://a:\u{661}",
        "https://a/b", "https://a?b", "https://a#b", "https://a//", "https://a/ ", "https://a\\b", "https://a,b",
        "https://user:secret@a", "https://a@b", "https://\(String(repeating: "a", count: 256))",
    ])
    func refusesWhatIsNoOrigin(text: String) {
        #expect(Origin(text) == nil)
    }

    /// Names are not resolved.
    @Test(arguments: [
        ("http://localhost", true), ("http://LOCALHOST:1", true), ("http://127.0.0.1", true),
        ("http://127.255.0.1", true), ("http://[::1]", true), ("http://127.1", true), ("http://0x7f000002", true),
        ("http://[0:0::1]", true), ("http://127.0.0.1.a", false), ("http://127.a", false),
        ("http://128.0.0.1", false), ("http://[::ffff:127.0.0.1]", true), ("http://0.0.0.0", false),
    ])
    func knowsLoopbackHosts(text: String, isLoopback: Bool) throws {
        #expect(try #require(Origin(text)).isLoopback == isLoopback)
    }

    @Test(arguments: [
        ("http://a:1", "http://a:1", ""), ("http://a/", "http://a/", "/"),
        ("HTTP://A/b?c=D", "http://a/b?c=D", "/b?c=D"), ("http://[0::1]:9/x", "http://[::1]:9/x", "/x"),
    ])
    func readsTheOriginOfAURL(written: String, text: String, pathAndQuery: String) throws {
        let url = try #require(EndpointURL(written))
        #expect(url.text == text)
        #expect(url.pathAndQuery == pathAndQuery)
        #expect(["a", "a:1", "[::1]:9"].contains(url.origin.authority))
    }

    @Test(arguments: [
        "http://a?b", "http://a#b", "http://a/#b", "http://a/\u{301}", "http://a/b c", "http://a/\n", "http://b@a/",
        "http://a:0/", "http://a:99999/", "/a", "",
    ])
    func refusesAURLThatClientsReadDifferently(text: String) {
        #expect(EndpointURL(text) == nil)
    }
}
