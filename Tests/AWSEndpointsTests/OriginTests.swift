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
        "https://a:", "https://a:0", "https://a:65536", "https://a:000080", "https://a:x", "https://a:1:2",
        "https://[::1]x", "https://a:-1", "https://a:+1", "https://a:\u{661}",
        "https://a/b", "https://a?b", "https://a#b", "https://a//", "https://a/ ", "https://a\\b", "https://a,b",
        "https://user:secret@a", "https://a@b", "https://\(String(repeating: "a", count: 256))",
    ])
    func refusesWhatIsNoOrigin(text: String) {
        #expect(Origin(text) == nil)
    }

    /// Names are not resolved, and an address in another spelling is not one.
    @Test(arguments: [
        ("http://localhost", true), ("http://LOCALHOST:1", true), ("http://127.0.0.1", true),
        ("http://127.255.0.1", true), ("http://[::1]", true), ("http://127.1", false), ("http://127.0.0.01", false),
        ("http://0177.0.0.1", false), ("http://127.0.0.256", false), ("http://127.0.0.1.a", false),
        ("http://128.0.0.1", false), ("http://[::ffff:127.0.0.1]", false), ("http://0.0.0.0", false),
    ])
    func knowsLoopbackHosts(text: String, isLoopback: Bool) throws {
        #expect(try #require(Origin(text)).isLoopback == isLoopback)
    }

    @Test(arguments: [
        ("http://a:1", ""), ("http://a/", "/"), ("HTTP://A/b?c=d", "/b?c=d"), ("http://[::1]:9/x", "/x"),
    ])
    func readsTheOriginOfAURL(text: String, pathAndQuery: String) throws {
        let url = try #require(EndpointURL(text))
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
