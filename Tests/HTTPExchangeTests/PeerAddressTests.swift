import Glibc
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

    /// RFC 5952 §4: the longest run of zeros is `::`, of equal ones the first; one group alone stays 0; lower case.
    @Test(arguments: [
        ("10.0.0.255", "10.0.0.255"), ("::ffff:1.2.3.4", "1.2.3.4"), ("0:0:0:0:0:0:0:0", "::"),
        ("0:0:0:0:0:0:0:1", "::1"),
        ("2001:DB8:0:0:0:0:0:1", "2001:db8::1"), ("2001:0db8:0:1:0:0:0:1", "2001:db8:0:1::1"),
        ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"), ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
        ("0:0:1:0:0:0:0:0", "0:0:1::"), ("1:0:0:0:0:0:0:0", "1::"), ("1:0:0:2:0:0:0:3", "1:0:0:2::3"),
        ("1:2:3:4:5:6:0:0", "1:2:3:4:5:6::"), ("0:0:3:4:5:6:7:8", "::3:4:5:6:7:8"),
        ("1:2:3:4:5:6:7:0", "1:2:3:4:5:6:7:0"),
        ("0:2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"), ("fe80::00ab:0", "fe80::ab:0"),
    ])
    func writesTheOneFormOfAnAddress(written: String, text: String) {
        #expect(PeerAddress(written)?.text == text)
        #expect(PeerAddress(text)?.text == text)
    }

    @Test func writesEveryPatternOfZerosAsTheSystemDoes() {
        for pattern in UInt64(0)..<256 {
            let groups = (0..<8).map { pattern >> $0 & 1 == 1 ? UInt16(0xA0 + $0) : 0 }
            let written = groups.map { String($0, radix: 16) }.joined(separator: ":")
            var bytes = in6_addr()
            var buffer = [CChar](repeating: 0, count: 64)
            #expect(unsafe inet_pton(AF_INET6, written, &bytes) == 1)
            _ = unsafe inet_ntop(AF_INET6, &bytes, &buffer, 64)
            let expected = String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            // glibc writes the last two groups of ::/96 as if they were an IPv4 address.
            if !expected.contains(".") { #expect(PeerAddress(written)?.text == expected, "\(written)") }
        }
    }

    @Test func standsForAUserOfAUnixSocket() {
        let user = PeerAddress(user: 1_000)
        #expect(user.text == "uid:1000")
        #expect(user.isUnix && !user.isIPv4 && !user.isLoopback)
        #expect(user == PeerAddress(user: 1_000) && user != PeerAddress(user: 1_001))
        #expect(user.subscriber != PeerAddress(user: 1_001).subscriber)
        #expect(PeerAddress(user: .max).text == "uid:4294967295")
        #expect(PeerAddress(user: 0).subscriber != PeerAddress(high: 0, low: 0).subscriber)
        // The same bits as an address are no user.
        #expect(PeerAddress(high: user.high, low: user.low) != user)
    }
}
