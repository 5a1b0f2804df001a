import AWSCredentials
import AWSEndpoints
import FoundationEssentials
import Testing

@Suite struct CertificateAuthoritiesTests {
    private let folder: Folder
    private static let system = "/etc/ssl/system.pem"

    init() throws { folder = try Folder() }

    /// A block whose content begins as every certificate does: a sequence with its length.
    private static func certificate(_ label: String = "CERTIFICATE", bytes: Int = 300) -> String {
        let length = bytes - 4
        let sequence = [0x30, 0x82, UInt8(length >> 8), UInt8(length & 0xFF)] + [UInt8](repeating: 7, count: length)
        let text = Data(sequence).base64EncodedString(options: .lineLength64Characters)
        return "-----BEGIN \(label)-----\n\(text)\n-----END \(label)-----\n"
    }

    private func authorities(
        _ environment: [String: String] = [:], system: String? = system
    ) throws -> CertificateAuthorities {
        let environment = environment.merging(["HOME": "/home"]) { $1 }
        return try CertificateAuthorities(
            environment: environment, profile: ProfileSettings(environment: environment, files: folder.files),
            system: system, files: folder.files)
    }

    private func sentence(_ environment: [String: String] = [:], system: String? = system) -> String? {
        #expect(throws: CertificateAuthoritiesError.self) { try authorities(environment, system: system) }
            .map { "\($0)" }
    }

    @Test func takesTheFirstOfVariableProfileSecondVariableAndSystem() throws {
        for file in ["/a.pem", "/b.pem", "/c.pem", Self.system] { try folder.write(Self.certificate(), to: file) }
        try folder.write("[default]\nca_bundle = /b.pem\n[profile bare]\nregion = x\n", to: "/home/.aws/config")
        let all = ["AWS_CA_BUNDLE": "/a.pem", "SSL_CERT_FILE": "/c.pem"]
        let first = try authorities(all)
        #expect((first.path, first.setting) == ("/a.pem", .variable("AWS_CA_BUNDLE")))
        let second = try authorities(["AWS_CA_BUNDLE": " ", "SSL_CERT_FILE": "/c.pem"])
        #expect((second.path, second.setting) == ("/b.pem", .profile("default", key: "ca_bundle")))
        let third = try authorities(["AWS_PROFILE": "bare", "SSL_CERT_FILE": "/c.pem"])
        #expect((third.path, third.setting) == ("/c.pem", .variable("SSL_CERT_FILE")))
        let last = try authorities(["AWS_PROFILE": "bare", "SSL_CERT_FILE": ""])
        #expect((last.path, last.setting) == (Self.system, nil))
    }

    @Test(arguments: ["CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"])
    func takesEachLabelAmongOtherTextAndBlocks(label: String) throws {
        let text = "# Café\n" + Self.certificate("X509 CRL") + "subject: x\n" + Self.certificate(label)
        try folder.write(text.replacing("\n", with: "\r\n"), to: "/a.pem")
        #expect(try authorities(["AWS_CA_BUNDLE": "/a.pem"]).path == "/a.pem")
        try folder.write(Data([0xE9, 0x0A]) + Data(Self.certificate().utf8), to: "/latin.pem")
        #expect(try authorities(["AWS_CA_BUNDLE": "/latin.pem"]).path == "/latin.pem")
    }

    @Test(arguments: [
        ("", "holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)"),
        ("0\u{82}not PEM", "holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)"),
        (certificate("PRIVATE KEY"), "holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)"),
        ("x\n" + String(certificate().utf8.dropLast(30))!, "holds a damaged certificate, which begins at line 2"),
        (certificate() + "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----", "begins at line 10"),
        (certificate() + certificate(bytes: 700).replacing("BwcHBwcH", with: ""), "begins at line 10"),
        (certificate().replacing("Bwc", with: "B?c"), "begins at line 1"),
        ("-----BEGIN CERTIFICATE-----\n" + certificate(), "begins at line 1"),
    ])
    func namesVariableFileAndWhatIsWrongWithIt(content: String, words: String) throws {
        try folder.write(content, to: "/a.pem")
        let text = sentence(["AWS_CA_BUNDLE": "/a.pem"]) ?? ""
        #expect(text.hasPrefix("AWS_CA_BUNDLE names the file /a.pem of trusted certificate authorities, which "))
        #expect(text.contains(words), "\(text)")
    }

    @Test func namesAFileThatCannotBeRead() throws {
        try folder.write("", to: "/folder/x")
        try folder.write("[default]\nca_bundle = /absent.pem\n", to: "/home/.aws/config")
        #expect(
            sentence() == "ca_bundle of profile 'default' names the file /absent.pem of trusted certificate "
                + "authorities, which does not exist.")
        #expect(sentence(["AWS_CA_BUNDLE": "/folder"])?.contains("which is not a regular file.") == true)
        let bare = sentence(["AWS_PROFILE": "x", "SSL_CERT_FILE": "/b"])
        #expect(bare?.hasPrefix("SSL_CERT_FILE names the file /b") == true)
    }

    /// The first setting decides, however bad its file is.
    @Test func doesNotFallBackToAnotherFile() throws {
        try folder.write(Self.certificate(), to: "/c.pem")
        let text = sentence(["AWS_CA_BUNDLE": "/absent", "SSL_CERT_FILE": "/c.pem"])
        #expect(text?.hasPrefix("AWS_CA_BUNDLE") == true)
    }

    @Test func saysWhatToDoOnAMachineWithoutAuthorities() throws {
        let advice = ". Install the package ca-certificates, or name a file of certificates in AWS_CA_BUNDLE."
        let lack = "This machine has no certificate authorities to check AWS's certificate with: "
        #expect(sentence() == lack + "/etc/ssl/system.pem does not exist" + advice)
        #expect(sentence(system: nil) == lack + "libcurl was built without a file of them" + advice)
        try folder.write("", to: Self.system)
        #expect(sentence()?.contains("/etc/ssl/system.pem holds no certificate") == true)
    }
}
