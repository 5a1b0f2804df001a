package import AWSEndpoints
import Formats
import FoundationEssentials

/// The file of the certificate authorities that every call trusts, and the setting that names it ("ca_bundle" in the AWS
/// SDKs and Tools Reference Guide).
package struct CertificateAuthorities: Sendable, Equatable {
    /// The file in PEM form, as libcurl reads it.
    package let path: String
    /// The setting that names it; nil for the system's own.
    package let setting: EndpointSettingName?

    /// A file that is known to be good.
    package init(path: String, setting: EndpointSettingName?) {
        self.path = path
        self.setting = setting
    }

    /// The file that `AWS_CA_BUNDLE`, the profile's `ca_bundle` or `SSL_CERT_FILE` names, in this order, else `system`. It
    /// is read here, so that a mistake ends the start and not each call.
    ///
    /// - Parameter system: the file that libcurl uses by itself; nil where it has none.
    package init(
        environment: [String: String], profile: ProfileSettings, system: String?, files: FileReader
    ) throws(CertificateAuthoritiesError) {
        let variables = EnvironmentVariables(environment)
        let bundle = variables.value(of: "AWS_CA_BUNDLE").map { ($0, EndpointSettingName.variable("AWS_CA_BUNDLE")) }
        let ofProfile = profile.certificateAuthorities.map {
            ($0, EndpointSettingName.profile(profile.endpoints.name, key: "ca_bundle"))
        }
        let openSSL = variables.value(of: "SSL_CERT_FILE").map { ($0, EndpointSettingName.variable("SSL_CERT_FILE")) }
        if let (path, setting) = bundle ?? ofProfile ?? openSSL {
            do throws(AuthoritiesFileError) {
                try Self.check(path, files)
            } catch {
                throw .unusable(setting, path: path, error)
            }
            self.init(path: path, setting: setting)
        } else {
            guard let system else { throw .noneOnThisMachine(nil) }
            do throws(AuthoritiesFileError) {
                try Self.check(system, files)
            } catch {
                throw .noneOnThisMachine((system, error))
            }
            self.init(path: system, setting: nil)
        }
    }

    private static func check(_ path: String, _ files: FileReader) throws(AuthoritiesFileError) {
        let bytes: [UInt8]?
        do throws(FileReaderError) { bytes = try files.bytes(of: path) } catch { throw .unreadable(error) }
        guard let bytes else { throw .unreadable(.missing) }
        guard try countCertificates(in: bytes) > 0 else { throw .withoutCertificate }
    }

    /// How many certificates there are between the lines of PEM (RFC 7468 §5). libcurl refuses the whole file if one of them
    /// is damaged. Other text and other blocks are passed by, as OpenSSL does.
    private static func countCertificates(in file: [UInt8]) throws(AuthoritiesFileError) -> Int {
        var count = 0
        var open: (line: Int, text: [UInt8])?
        for (index, line) in file.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
            let line = line.trimming { $0.isBlank || $0.isLineBreak }
            if let block = open, line.starts(with: "-----".utf8) {
                guard line.starts(with: "-----END".utf8), Self.isCertificate(block.text)
                else { throw .damaged(line: block.line) }
                open = nil
                count += 1
            } else if open != nil {
                open?.text += line
            } else if starts.contains(where: line.elementsEqual) {
                open = (index + 1, [])
            }
        }
        if let open { throw .damaged(line: open.line) }
        return count
    }

    /// The three labels that OpenSSL takes (PEM_read_bio_X509_AUX(3)).
    private static let starts = ["CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"].map {
        Array("-----BEGIN \($0)-----".utf8)
    }

    /// Whether the text is Base64 of a sequence that is there as a whole (X.690 §8.1.3, §8.9).
    private static func isCertificate(_ text: [UInt8]) -> Bool {
        guard let bytes = Data(base64Encoded: Data(text)), bytes.count > 4, bytes[0] == 0x30 else { return false }
        let lengthBytes = bytes[1] < 0x80 ? 0 : Int(bytes[1] & 0x7F)
        guard lengthBytes <= 4, bytes.count > 2 + lengthBytes else { return false }
        let long = bytes[2..<(2 + lengthBytes)].reduce(0) { $0 << 8 | Int($1) }
        return bytes.count >= 2 + lengthBytes + (lengthBytes == 0 ? Int(bytes[1]) : long)
    }
}

/// Why a file of certificate authorities is of no use.
package enum AuthoritiesFileError: Error, Sendable, Equatable {
    case unreadable(FileReaderError)
    case withoutCertificate
    /// The certificate that begins at this line, counted from 1.
    case damaged(line: Int)
}

extension AuthoritiesFileError: CustomStringConvertible {
    /// The predicate of a sentence whose subject is the file.
    package var description: String {
        switch self {
        case .unreadable(let error): "\(error)"
        case .withoutCertificate: "holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)"
        case .damaged(let line): "holds a damaged certificate, which begins at line \(line)"
        }
    }
}

/// Why no call can check whether it reaches AWS.
package enum CertificateAuthoritiesError: Error, Sendable {
    /// A setting names a file that is of no use.
    case unusable(EndpointSettingName, path: String, AuthoritiesFileError)
    /// No setting names a file, and the system's is of no use. Nil: libcurl was built without one.
    case noneOnThisMachine((path: String, error: AuthoritiesFileError)?)
}

extension CertificateAuthoritiesError: CustomStringConvertible {
    /// A sentence that names setting and file and says what to do.
    package var description: String {
        switch self {
        case .unusable(let setting, let path, let error):
            "\(setting) names the file \(path) of trusted certificate authorities, which \(error)."
        case .noneOnThisMachine(let system):
            "This machine has no certificate authorities to check AWS's certificate with: "
                + (system.map { "\($0.path) \($0.error)" } ?? "libcurl was built without a file of them")
                + ". Install the package ca-certificates, or name a file of certificates in AWS_CA_BUNDLE."
        }
    }
}
