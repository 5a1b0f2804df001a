import Gateway
import RateLimiting
import Testing

@testable import TranscribeGateway

@Suite struct ValueKindTests {
    @Test(arguments: [
        ("0s", Duration.zero), ("500ms", .milliseconds(500)), ("5s", .seconds(5)), ("2m", .seconds(120)),
        ("1h", .seconds(3600)), ("007s", .seconds(7)),
    ])
    func readsDurations(text: String, duration: Duration) {
        #expect(ValueKind.duration(.zero ... .hours(1)).parse(text) == duration)
    }

    @Test(arguments: [
        "", "5", "s", "5 s", " 5s", "5s ", "-5s", "+5s", "1.5s", "5S", "5sec", "61m", "2h", "999999999999h", "٥s",
        "9999999999999s", "5s\n",
    ])
    func refusesOtherDurations(text: String) {
        #expect(ValueKind.duration(.zero ... .hours(1)).parse(text) == nil)
    }

    @Test(arguments: [("1024B", 1024), ("1KiB", 1024), ("64MiB", 67_108_864), ("2GiB", 2_147_483_648)])
    func readsSizes(text: String, bytes: Int) {
        #expect(ValueKind.size(1024...2 << 30).parse(text) == bytes)
    }

    @Test(arguments: [
        "", "64", "64MB", "64mib", "64\u{212A}iB", "64 MiB", "-1B", "1023B", "3GiB", "999999999999GiB", "1.5GiB",
    ])
    func refusesOtherSizes(text: String) {
        #expect(ValueKind.size(1024...2 << 30).parse(text) == nil)
    }

    @Test(arguments: [("20/s", 20.0), ("600/m", 10), ("1/m", 1.0 / 60), ("6000/m", 100)])
    func readsRates(text: String, perSecond: Double) {
        #expect(ValueKind.rate(upTo: 100).parse(text)??.perSecond == perSecond)
    }

    @Test(arguments: ["", "20", "0/s", "-1/s", "20/h", "20 /s", "/s", "101/s", "6001/m", "1.5/s"])
    func refusesOtherRates(text: String) {
        #expect(ValueKind.rate(upTo: 100).parse(text) == nil)
    }

    @Test func readsZeroAsNoLimit() {
        #expect(ValueKind.rate(upTo: 1).parse("0") == .some(nil))
    }

    @Test(arguments: ["127.0.0.1", "0.0.0.0", "::1", "[::1]", "::", "localhost", "2001:db8::7"])
    func readsAddresses(text: String) {
        #expect(ValueKind.listenAddress.parse(text) != nil)
    }

    @Test func readsPathsOfSockets() {
        let longest = "/" + String(repeating: "s", count: 106)
        for path in ["/s", "/run/gateway/public.sock", longest, "/ü"] {
            #expect(ValueKind.listenAddress.parse("unix:\(path)")?.path == path)
        }
        for path in ["", "s", "./s", "/", "/run/", longest + "s", "/a\nb", "@name", "//"] {
            #expect(ValueKind.listenAddress.parse("unix:\(path)") == nil, "\(path)")
        }
        #expect(ValueKind.listenAddress.parse("127.0.0.1")?.path == nil)
        #expect(ValueKind.listenAddress.parse("Unix:/s") == nil)
    }

    @Test func bindsLocalhostWithoutAskingAResolver() {
        #expect(ValueKind.listenAddress.parse("localhost") == ListenAddress(text: "127.0.0.1", isLoopback: true))
        #expect(ValueKind.listenAddress.parse("[::1]") == ListenAddress(text: "::1", isLoopback: true))
        #expect(ValueKind.listenAddress.parse("0.0.0.0")?.isLoopback == false)
    }

    @Test(arguments: ["*", "gateway.example,A.example", "[::1] , 10.0.0.1"])
    func readsHosts(text: String) {
        #expect(ValueKind.hosts.parse(text) != nil)
    }

    @Test(arguments: [
        "", ",", "a,", "a,*", "a:80", "[::1", "[zz]", "a b", "a/b", "ä.example", "http://a",
        "a,\u{301}b", "\u{212A}",
    ])
    func refusesOtherHosts(text: String) {
        #expect(ValueKind.hosts.parse(text) == nil)
    }

    @Test func keepsEachElementOnceAndInSmallLetters() {
        #expect(ValueKind.hosts.parse("B.example, a,b.example")?.names == ["b.example", "a"])
    }

    @Test(arguments: [("10.0.0.0/8", 1), ("10.0.0.0/8, ::1,2001:db8::/32", 3)])
    func readsAddressRanges(text: String, count: Int) {
        #expect(ValueKind.addressRanges.parse(text)?.count == count)
    }

    @Test(arguments: ["", ",", "10.0.0.0/8,", "10.0.0.1/8", "all", "none,::1", "10.0.0.0/8;::1", "example.org"])
    func refusesOtherAddressRanges(text: String) {
        #expect(ValueKind.addressRanges.parse(text) == nil)
    }

    @Test(arguments: [("true", true), ("False", false), ("TRUE", true)])
    func readsBooleans(text: String, value: Bool) {
        #expect(ValueKind.bool.parse(text) == value)
    }

    @Test(arguments: ["", "1", "yes", "on", " true"])
    func refusesOtherBooleans(text: String) {
        #expect(ValueKind.bool.parse(text) == nil)
    }

    @Test(arguments: [("0", 0), ("65535", 65535)])
    func readsPorts(text: String, port: UInt16) {
        #expect(ValueKind.port.parse(text) == port)
    }

    @Test(arguments: ["", "-1", "65536", "80s", "8o", "0x50", "+80"])
    func refusesOtherPorts(text: String) {
        #expect(ValueKind.port.parse(text) == nil)
    }

    @Test func readsAWordThatLeavesTheValueToTheGateway() {
        let kind = ValueKind.optional(.int(1...4), as: "auto")
        #expect(kind.parse("auto") == .some(nil))
        #expect(kind.parse("4") == .some(4))
        #expect(kind.parse("5") == nil)
        #expect(kind.allowed == "auto or a whole number from 1 to 4")
    }

    @Test(arguments: [(15, false), (16, true), (1024, true), (1025, false)])
    func boundsASecret(length: Int, isAllowed: Bool) {
        let text = String(repeating: "k", count: length)
        #expect((ValueKind.secret(16...1024).parse(text) != nil) == isAllowed)
    }

    @Test(
        arguments: [
            ("none", []), ("*", nil), ("https://app.example", ["https://app.example"]),
            ("https://a, http://b:8080,https://a", ["https://a", "http://b:8080"]),
        ] as [(String, [String]?)])
    func readsOrigins(text: String, origins: [String]?) throws {
        switch try load(["GATEWAY_CORS_ORIGINS": text]).crossOrigin {
        case .any: #expect(origins == nil)
        case .only(let names): #expect(names == origins)
        }
    }

    @Test(arguments: [
        "app.example", "https://", "https://App.example", "https://a/", "https://a?b", "ftp://a", "https://user@a",
        "https://a,", "https:/\u{301}/a", "https://a\u{301}", "none,https://a", "*,https://a",
    ])
    func refusesOtherOrigins(text: String) {
        #expect(sentences(["GATEWAY_CORS_ORIGINS": text]).count == 1)
    }
}
