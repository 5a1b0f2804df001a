import SigV4
import Testing

@Suite struct SigningRequestTests {
    @Test(
        arguments: [
            ("Transcribe.US-East-1.amazonaws.com", nil, "https", "transcribe.us-east-1.amazonaws.com"),
            ("localhost", 443, "https", "localhost"), ("localhost", 443, "http", "localhost:443"),
            ("localhost", 80, "HTTP", "localhost"), ("localhost", 80, "https", "localhost:80"),
            ("::1", 4566, "http", "[::1]:4566"), ("[FE80::1]", nil, "http", "[fe80::1]"),
        ] as [(String, Int?, String, String)])
    func writesTheHostThatGoesOverTheWire(name: String, port: Int?, scheme: String, host: String) {
        #expect(SigningRequest.host(name, port: port, scheme: scheme) == host)
    }
}
