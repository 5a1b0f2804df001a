import HTTPExchange
import Testing

@testable import Gateway

@Suite struct ClientRuleTests {
    private let rule = ClientRule(trustedProxies: ["10.0.0.0/8", "2001:db8:1::/48"].compactMap { AddressRange($0) })

    @Test(arguments: [
        ("192.0.2.1", "192.0.2.1"), ("  192.0.2.1\t", "192.0.2.1"), ("192.0.2.1:443", "192.0.2.1"),
        ("[2001:db8::7]", "2001:db8::7"), ("[2001:db8::7]:443", "2001:db8::7"), ("2001:db8::7", "2001:db8::7"),
        // The rightmost address that is no trusted proxy; what stands left of it is the client's word.
        ("192.0.2.9, 192.0.2.1", "192.0.2.1"), ("192.0.2.1, 10.0.0.2", "192.0.2.1"),
        ("192.0.2.1,10.0.0.2,2001:db8:1::5, 10.0.0.3", "192.0.2.1"), ("unknown, 192.0.2.1", "192.0.2.1"),
        (", 192.0.2.1", "192.0.2.1"), ("10.0.0.9, 192.0.2.1, 10.0.0.2", "192.0.2.1"),
        // A mark that combines with a comma or a blank is no part of either.
        ("\u{600}, 192.0.2.1", "192.0.2.1"), ("192.0.2.9,\u{301}, 192.0.2.1", "192.0.2.1"),
        // All trusted: one of the proxies' own network asks.
        ("10.0.0.9", "10.0.0.9"), ("10.0.0.9, 10.0.0.2", "10.0.0.9"),
    ])
    func findsTheClientBehindAProxy(hops: String, client: String) throws {
        #expect(try rule.client(forwardedFor: hops) == PeerAddress(client))
    }

    /// The position counts from the right end.
    @Test(arguments: [
        ("", 1), (",", 1), ("192.0.2.1,", 1), ("unknown", 1), ("192.0.2.1, _hidden", 1),
        ("192.0.2.1, unknown, 10.0.0.2", 2), (", 10.0.0.2", 2), ("x, 10.0.0.9,10.0.0.2", 3),
        ("192.0.2.1 192.0.2.2", 1), ("\"192.0.2.1\"", 1), ("192.0.2.1:", 1), ("192.0.2.1:x", 1),
        ("192.0.2.1:65536", 1), ("192.0.2.1:+1", 1), ("[2001:db8::7", 1), ("[2001:db8::7]443", 1), ("[192.0.2.1", 1),
        ("[", 1), ("]", 1), ("[]", 1), (":", 1), ("192.0.2.256", 1), ("192.0.2.1;192.0.2.2", 1), ("for=192.0.2.1", 1),
        ("192.0.2.1,\u{301} 10.0.0.2", 1), ("192.0.2.1 \u{301}, 10.0.0.2", 2), ("[2001:db8::7]\u{301}", 1),
        ("192.0.2.1:\u{301}", 1), ("\u{600}", 1),
    ])
    func takesNoProxyForAClientThatItFailsToName(hops: String, position: Int) {
        #expect(throws: UnreadableHop(position: position)) { try rule.client(forwardedFor: hops) }
    }

    @Test func letsUsersOfAUnixSocketIn() throws {
        let user = PeerAddress(user: 1_000)
        var rule = ClientRule(trustedProxies: [], allowed: [try #require(AddressRange("192.0.2.1"))])
        #expect(rule.admits(user) && !rule.trusts(user))
        #expect(!rule.admits(try #require(PeerAddress("192.0.2.2"))))
        rule.trustedProxies = [.unix]
        #expect(rule.trusts(user))
        // What stands in the field is an address always, so no client can claim to be a user.
        #expect(throws: UnreadableHop(position: 1)) { try rule.client(forwardedFor: "uid:0") }
        #expect(try rule.client(forwardedFor: "192.0.2.2") == PeerAddress("192.0.2.2"))
    }

    @Test func readsAsManyHopsAsAHeaderSectionHolds() throws {
        let hops = Array(repeating: "10.0.0.2", count: 1_600)
        #expect(try rule.client(forwardedFor: hops.joined(separator: ",")) == PeerAddress("10.0.0.2"))
    }

    @Test(arguments: [("10.1.2.3", true), ("2001:db8:1:9::1", true), ("11.0.0.1", false), ("2001:db8:2::1", false)])
    func trustsItsProxiesOnly(peer: String, isTrusted: Bool) throws {
        #expect(rule.trusts(try #require(PeerAddress(peer))) == isTrusted)
    }

    @Test func admitsEverybodyOrThoseListed() throws {
        let client = try #require(PeerAddress("192.0.2.1"))
        #expect(ClientRule().admits(client))
        #expect(ClientRule(allowed: [try #require(AddressRange("192.0.2.0/24"))]).admits(client))
        #expect(!ClientRule(allowed: [try #require(AddressRange("198.51.100.0/24"))]).admits(client))
        #expect(!ClientRule(allowed: []).admits(client))
    }
}
