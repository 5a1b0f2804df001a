import Curl
import Foundation
import Testing

/// Which servers the client trusts.
@Suite(.timeLimit(.minutes(1))) struct TLSTests {
    @Test(.enabled(if: OpenSSL.isPresent, "skipped: no openssl in PATH"))
    func trustsTheAuthoritiesThatItIsGiven() async throws {
        try await withTLSServer(host: "DNS:localhost") { origin, authorities in
            try await withClient(CurlOptions(certificateAuthorities: authorities)) { client in
                let response = try await client.get(origin)
                #expect(response.status == 200)
            }
        }
    }

    @Test(.enabled(if: OpenSSL.isPresent, "skipped: no openssl in PATH"))
    func refusesAnUnknownAuthority() async throws {
        try await withTLSServer(host: "DNS:localhost") { origin, _ in
            await withClient { client in
                let error = await client.failure(origin)
                #expect(error == .tlsFailed(.untrustedCertificate))
                #expect(error?.requestMayHaveArrived == false)
            }
        }
    }

    @Test(.enabled(if: OpenSSL.isPresent, "skipped: no openssl in PATH"))
    func refusesAnotherHost() async throws {
        try await withTLSServer(host: "DNS:elsewhere.example") { origin, authorities in
            await withClient(CurlOptions(certificateAuthorities: authorities)) { client in
                #expect(await client.failure(origin) == .tlsFailed(.wrongHost))
            }
        }
    }

    @Test(.enabled(if: OpenSSL.isPresent, "skipped: no openssl in PATH"))
    func refusesAnExpiredCertificate() async throws {
        try await withTLSServer(host: "DNS:localhost", days: -1) { origin, authorities in
            await withClient(CurlOptions(certificateAuthorities: authorities)) { client in
                #expect(await client.failure(origin) == .tlsFailed(.expiredCertificate))
            }
        }
    }

    @Test func reportsAuthoritiesThatCannotBeRead() async {
        await withServer(
            options: CurlOptions(certificateAuthorities: "/nonexistent/authorities.pem"), script: { _ in [.answer()] }
        ) { client, server in
            #expect(await client.failure("https://127.0.0.1:\(server.port)/") == .tlsFailed(.unreadableAuthorities))
        }
    }

    @Test func doesNotFallBackToPlainHTTP() async {
        let server = SilentServer(greeting: "HTTP/1.1 400 Bad Request\r\n\r\n")
        defer { server.stop() }
        await withClient { client in
            #expect(await client.failure("https://127.0.0.1:\(server.port)/") == .tlsFailed(.handshake))
        }
    }

    @Test func endsAHandshakeThatStalls() async {
        let server = SilentServer(greeting: "")
        defer { server.stop() }
        await withClient(CurlOptions(connectTimeout: .milliseconds(200))) { client in
            #expect(await client.failure("https://127.0.0.1:\(server.port)/") == .timedOut(.connecting))
        }
    }

    private func withTLSServer(
        host: String, days: Int = 1, _ body: (_ origin: String, _ authorities: String) async throws -> Void
    ) async throws {
        let server = try await OpenSSL.start(host: host, days: days)
        defer { server.stop() }
        try await body("https://localhost:\(server.port)/", server.certificate)
    }
}

/// Sends a greeting on each connection and then only reads.
private final class SilentServer: Sendable {
    let port: UInt16
    private let listener: Int32

    init(greeting: String) {
        let (listener, port) = Socket.listen()
        self.listener = listener
        self.port = port
        startThread {
            while let descriptor = Socket.accept(listener) {
                _ = Socket.write(descriptor, Array(greeting.utf8))
                while Socket.read(descriptor) != nil {}
                Socket.close(descriptor)
            }
            Socket.close(listener)
        }
    }

    func stop() {
        _ = shutdown(listener, Int32(SHUT_RDWR))
    }
}
