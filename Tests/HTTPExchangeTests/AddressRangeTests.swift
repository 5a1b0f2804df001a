import HTTPExchange
import Testing

@Suite struct AddressRangeTests {
    @Test(arguments: [
        ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.0", false), ("10.0.0.0/8", "9.255.255.255", false),
        ("192.0.2.7", "192.0.2.7", true), ("192.0.2.7", "192.0.2.6", false), ("192.0.2.6/31", "192.0.2.7", true),
        ("192.0.2.6/31", "192.0.2.8", false), ("0.0.0.0/0", "255.1.2.3", true), ("0.0.0.0/0", "::1", false),
        ("0.0.0.0/0", "2001:db8::1", false), ("::/0", "2001:db8::1", true), ("::/0", "10.0.0.1", false),
        ("2001:db8::/32", "2001:db8:ffff::1", true), ("2001:db8::/32", "2001:db9::", false),
        ("2001:db8:0:1::/64", "2001:db8:0:1:ffff::", true), ("2001:db8:0:1::/64", "2001:db8:0:2::", false),
        ("2001:db8::8/125", "2001:db8::f", true), ("2001:db8::8/125", "2001:db8::10", false), ("::1", "::1", true),
        ("::1/128", "::2", false), ("::ffff:10.0.0.0/104", "10.1.2.3", true), ("10.0.0.0/8", "::ffff:10.1.2.3", true),
        ("::ffff:0:0/96", "192.0.2.1", true), ("::ffff:0:0/96", "::fffe:0:1", false),
    ])
    func holds(range: String, address: String, isInside: Bool) throws {
        let address = try #require(PeerAddress(address))
        #expect(try #require(AddressRange(range)).contains(address) == isInside)
    }

    @Test func holdsNoUserOfAUnixSocketUnlessItIsAllOfThem() throws {
        let user = PeerAddress(user: 1_000)
        for range in ["::/0", "0.0.0.0/0", "ff00::/8"] { #expect(try !#require(AddressRange(range)).contains(user)) }
        #expect(AddressRange.unix.contains(user) && AddressRange.unix.contains(PeerAddress(user: 0)))
        #expect(!AddressRange.unix.contains(PeerAddress(ipv4: 0x7F00_0001)))
        #expect(!AddressRange.unix.contains(PeerAddress(high: user.high, low: user.low)))
    }

    @Test(arguments: [
        "", "/", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/08", "10.0.0.0/8/8",
        "10.0.0.0/255.0.0.0", "10/8", "10.0.0.1/8", "192.0.2.7/31", "::/129", "::/256", "2001:db8::1/64", "::1/64",
        "example.org", "10.0.0.0 /8", "10.0.0.0/8 ", "10.0.0.0/\u{301}8", "10.0.0.0/8\u{301}", "10.0.0.0/٨",
        "10.0.0.0/99999999999999999999",
    ])
    func refuses(text: String) {
        #expect(AddressRange(text) == nil)
    }
}
