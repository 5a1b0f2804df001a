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

    @Test(
        arguments: [
            ("1.2.3.4", 0, 0xFFFF_0102_0304), ("0.0.0.0", 0, 0xFFFF_0000_0000),
            ("255.255.255.255", 0, 0xFFFF_FFFF_FFFF), ("::", 0, 0), ("::1", 0, 1),
            ("2001:db8::A:1", 0x2001_0DB8_0000_0000, 0x000A_0001),
            ("1:2:3:4:5:6:7:8", 0x0001_0002_0003_0004, 0x0005_0006_0007_0008), ("1::", 0x0001_0000_0000_0000, 0),
            ("::ffff:1.2.3.4", 0, 0xFFFF_0102_0304),
            ("1:2:3:4:5:6:1.2.3.4", 0x0001_0002_0003_0004, 0x0005_0006_0102_0304),
            ("1:2:3:4:5:6:7::", 0x0001_0002_0003_0004, 0x0005_0006_0007_0000),
            ("::2:3:4:5:6:7:8", 0x0000_0002_0003_0004, 0x0005_0006_0007_0008),
            ("fFfF::", 0xFFFF_0000_0000_0000, 0),
        ] as [(String, UInt64, UInt64)])
    func reads(text: String, high: UInt64, low: UInt64) {
        #expect(PeerAddress(text) == PeerAddress(high: high, low: low))
    }

    @Test(arguments: [
        "", ":", ":::", "1", "1.2.3", "1.2.3.4.5", "01.2.3.4", "00.0.0.0", "256.1.1.1", "1.2.3.999", "+1.2.3.4",
        "1.2.3.-4", "1.2..4", ".1.2.3", "1.2.3.", "1.2.3.4 ", " 1.2.3.4", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9",
        "1::2::3", "12345::", "::g", "1.2.3.4::", "::1.2.3.4:1", "1:2:3:4:5:6:7::8", "::1%eth0", "+1::", "1:",
        ":1", "1:::2", "1:2:3:4:5:6:7:1.2.3.4", "::1:2:3:4:5:6:1.2.3.4", "[::1]", "1.2.3.٤", "unknown",
        "1:2:3:4:5:6:7:8::", "99999999999999999999.1.1.1", "1.2.3.4\u{301}", "1:\u{301}:",
    ])
    func refuses(text: String) {
        #expect(PeerAddress(text) == nil)
    }

    @Test(arguments: [
        ("127.0.0.1", true), ("127.255.0.3", true), ("128.0.0.1", false), ("::1", true), ("::2", false),
        ("::ffff:127.0.0.1", true), ("::", false),
    ])
    func knowsLoopbackAddressesInText(text: String, isLoopback: Bool) {
        #expect(PeerAddress(text)?.isLoopback == isLoopback)
    }

    @Test(arguments: ["10.0.0.255", "2001:db8:0:0:0:0:0:1"])
    func readsWhatItWrites(text: String) {
        #expect(PeerAddress(text)?.text == text)
    }
}
