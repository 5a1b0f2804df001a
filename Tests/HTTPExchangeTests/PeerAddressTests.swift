import HTTPExchange
import Testing

@Suite struct PeerAddressTests {
    @Test func countsEachIPv4AddressAsOneSubscriber() {
        #expect(PeerAddress(ipv4: 0x0A00_0001).subscriber != PeerAddress(ipv4: 0x0A00_0002).subscriber)
    }

    @Test func countsAnIPv6NetworkOf64BitsAsOneSubscriber() {
        let network: UInt64 = 0x2001_0DB8_0000_0001
        #expect(PeerAddress(high: network, low: 1).subscriber == PeerAddress(high: network, low: 2).subscriber)
        #expect(PeerAddress(high: network, low: 1).subscriber != PeerAddress(high: network + 1, low: 1).subscriber)
    }

    @Test func knowsLoopback() {
        #expect(PeerAddress(ipv4: 0x7F00_0001).isLoopback)
        #expect(PeerAddress(ipv4: 0x7FFF_FFFF).isLoopback)
        #expect(PeerAddress(high: 0, low: 1).isLoopback)
        #expect(!PeerAddress(ipv4: 0x8000_0001).isLoopback)
        #expect(!PeerAddress(high: 1, low: 1).isLoopback)
    }
}
