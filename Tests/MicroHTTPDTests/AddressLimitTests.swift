import HTTPExchange
import TestSupport
import Testing

@testable import MicroHTTPD

@Suite struct AddressLimitTests {
    @Test func closesAConnectionBeyondTheLimitAtOnce() async throws {
        var options = ServerOptions.loopback
        options.perAddress = 2
        try await withServer(options) { server, _ in
            var first: Client? = try Client(port: server.port)
            let second = try Client(port: server.port)
            #expect(await eventually { server.counts.open == 2 })
            let third = try Client(port: server.port)
            #expect(await third.receiveAll() == "")
            #expect(server.counts.refused == 1)
            first?.finishSending()
            first = nil
            #expect(await eventually { server.counts.open == 1 })
            let fourth = try Client(port: server.port)
            fourth.send("GET /fourth HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
            #expect(await fourth.receiveAll().contains("/fourth"))
            #expect(server.counts.accepted == 3)
            withExtendedLifetime(second) {}
        }
    }

    @Test func setsNoLimitForAProxy() async throws {
        var options = ServerOptions.loopback
        options.perAddress = 1
        options.proxies = [try #require(AddressRange("127.0.0.0/8"))]
        try await withServer(options) { server, _ in
            let clients = try (1...5).map { _ in try Client(port: server.port) }
            #expect(await eventually { server.counts.open == 5 })
            #expect(server.counts.refused == 0)
            withExtendedLifetime(clients) {}
        }
    }

    @Test func countsTheAddressesOfAnIPv6NetworkAsOne() throws {
        let limit = AddressLimit(limit: 2, exempt: [])
        let peers = try ["2001:db8::1", "2001:db8::2", "2001:db8::3", "2001:db8:0:1::3"].map {
            try #require(PeerAddress($0))
        }
        limit.add(peers[0])
        #expect(limit.admits(peers[1]))
        limit.add(peers[1])
        #expect(!limit.admits(peers[2]))
        #expect(limit.admits(peers[3]))
        limit.remove(peers[0])
        #expect(limit.admits(peers[2]))
    }

    @Test func countsNothingWithoutALimit() throws {
        let limit = AddressLimit(limit: 0, exempt: [])
        let peer = PeerAddress(ipv4: 1)
        for _ in 0..<10 { limit.add(peer) }
        #expect(limit.admits(peer))
    }
}
