import Testing

@testable import TranscribeGateway

@Suite struct IPAddressTests {
    @Test(
        arguments: [
            ("1.2.3.4", [0, 0, 0, 0, 0, 0xFFFF, 0x0102, 0x0304]), ("::", [0, 0, 0, 0, 0, 0, 0, 0]),
            ("2001:db8::A:1", [0x2001, 0xDB8, 0, 0, 0, 0, 0xA, 1]), ("1:2:3:4:5:6:7:8", [1, 2, 3, 4, 5, 6, 7, 8]),
            ("1::", [1, 0, 0, 0, 0, 0, 0, 0]), ("::ffff:1.2.3.4", [0, 0, 0, 0, 0, 0xFFFF, 0x0102, 0x0304]),
            ("1:2:3:4:5:6:1.2.3.4", [1, 2, 3, 4, 5, 6, 0x0102, 0x0304]), ("1:2:3:4:5:6:7::", [1, 2, 3, 4, 5, 6, 7, 0]),
        ] as [(String, [UInt16])])
    func reads(text: String, groups: [UInt16]) {
        #expect(IPAddress(text)?.groups == groups)
    }

    @Test(arguments: [
        "", ":", ":::", "1", "1.2.3", "1.2.3.4.5", "01.2.3.4", "256.1.1.1", "+1.2.3.4", "1.2.3.-4", "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9", "1::2::3", "12345::", "::g", "1.2.3.4::", "::1.2.3.4:1", "1:2:3:4:5:6:7::8", "::1%eth0",
        "+1::",
    ])
    func refuses(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test(arguments: [
        ("127.0.0.1", true), ("127.255.0.3", true), ("128.0.0.1", false), ("::1", true), ("::2", false),
        ("::ffff:127.0.0.1", true), ("::", false),
    ])
    func knowsLoopback(text: String, isLoopback: Bool) {
        #expect(IPAddress(text)?.isLoopback == isLoopback)
    }
}
