public import ChildProcess
import Formats
import FoundationEssentials
import SigV4

/// Credentials that the profile's `credential_process` writes. Each request for credentials runs it.
struct ProcessProvider: CredentialsProvider {
    let name = "process"
    let process: CredentialProcess
    /// The variables that the program inherits, without the gateway's own settings: some of these are secret.
    let environment: EnvironmentVariables
    /// When the program is killed.
    let deadline: ContinuousClock.Instant

    /// Throws `processFailed`.
    func credentials(at now: Timestamp) async throws(CredentialsError) -> ProviderResult {
        let inherited = environment.all.filter { !$0.key.utf8.starts(with: "GATEWAY_".utf8) }
        let command = Command(process.program, process.arguments, environment: inherited)
        let result = await ChildProcess.run(command, limit: 1 << 16, deadline: deadline)
        do throws(ProcessError) {
            let credentials = try Credentials(processOutput: result.output.mapError(ProcessError.failed).get())
            return .found(credentials, from: CredentialsOrigin(name))
        } catch {
            throw .processFailed(
                profile: process.profile, error, message: ProcessMessage(standardError: result.standardError))
        }
    }
}

extension Credentials {
    fileprivate init(processOutput output: [UInt8]) throws(ProcessError) {
        guard let members = try? JSONDecoder().decode(ProcessOutput.self, from: Data(output)) else { throw .malformed }
        guard members.Version == 1 else { throw .unknownVersion }
        let expiration = members.Expiration.flatMap(Timestamp.init(iso8601:))
        guard members.Expiration == nil || expiration != nil else { throw .malformed }
        self.init(
            accessKeyID: members.AccessKeyId, secretAccessKey: members.SecretAccessKey,
            sessionToken: members.SessionToken.flatMap { $0.isEmpty ? nil : $0 }, expiration: expiration)
    }
}

/// The JSON that a program writes. Credentials without an expiration are not refreshed; an empty session token is none.
private struct ProcessOutput: Decodable {
    let Version: Int
    let AccessKeyId: String
    let SecretAccessKey: String
    let SessionToken: String?
    let Expiration: String?
}

/// A program that writes credentials to its standard output ("Process credential provider" in the AWS SDKs and Tools
/// Reference Guide). It is run without a shell: a profile that needs a shell names it.
package struct CredentialProcess: Sendable, Equatable {
    let profile: String
    let program: String
    let arguments: [String]
}

extension CredentialProcess: CustomStringConvertible, CustomReflectable {
    /// The program alone: arguments may be secret.
    package var description: String { "CredentialProcess(\(program))" }

    /// The program alone, so that `dump` shows no arguments either.
    package var customMirror: Mirror { Mirror(self, children: ["program": program]) }
}

/// Why a `credential_process` gave no credentials.
public enum ProcessError: Error, Sendable, Equatable {
    /// It could not be run, or failed.
    case failed(ChildProcessError)
    /// Its output is not the JSON of a set of credentials.
    case malformed
    /// Its output has another version than 1, the only one there is.
    case unknownVersion

    var recovery: CredentialsError.Recovery { self == .failed(.timedOut) ? .soon : .later }
}

extension ProcessError: CustomStringConvertible {
    /// The predicate of a sentence whose subject is the program. Holds nothing of its output.
    public var description: String {
        switch self {
        case .failed(let error): error.description
        case .malformed: "wrote something that is no set of credentials"
        case .unknownVersion: "wrote credentials of a version other than 1"
        }
    }
}

/// The last lines that a program wrote to its standard error, for people: "session expired: run corp-login first".
///
/// Programs may write anything there, so the text is short, has no control characters, and what looks like a key or a token
/// is hidden.
public struct ProcessMessage: Sendable, Equatable, CustomStringConvertible {
    /// Printable ASCII; the lines are joined by ` | `.
    public let description: String

    private static let lines = 3
    /// Of one line, in characters.
    private static let lineLength = 200

    /// - Parameter standardError: the end of what the program wrote.
    /// - Returns: nil if it wrote nothing but blanks.
    public init?(standardError: [UInt8]) {
        let lines = standardError.split(whereSeparator: \.isLineBreak).map(Self.plainText).filter { !$0.isEmpty }
        guard !lines.isEmpty else { return nil }
        description = lines.suffix(Self.lines).map(Self.shown).joined(separator: " | ")
    }

    /// The line without the escape sequences that colour a terminal (ECMA-48 §5.4), and without blanks at its ends.
    private static func plainText(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var rest = line
        var text: [UInt8] = []
        while let byte = rest.popFirst() {
            if byte == 0x1B, rest.first == UInt8(ascii: "[") {
                rest = rest.dropFirst().drop { !(0x40...0x7E).contains($0) }.dropFirst()
            } else {
                text.append(byte)
            }
        }
        return text.trimmingBlanks
    }

    private static func shown(_ line: ArraySlice<UInt8>) -> String {
        let scalars = String(decoding: hidingSecrets(line), as: UTF8.self).unicodeScalars
        let text = scalars.prefix(lineLength).map { $0.isPrintableASCII ? String($0) : $0.escaped(asASCII: true) }
            .joined()
        return scalars.count > lineLength ? text + "..." : text
    }

    private static func hidingSecrets(_ line: ArraySlice<UInt8>) -> [UInt8] {
        var shown: [UInt8] = []
        var rest = line
        while !rest.isEmpty {
            let word = rest.prefix { secretBytes.contains($0) }
            shown += isSecret(word) ? Array("(hidden)".utf8) : Array(word)
            rest = rest.dropFirst(word.count)
            if let byte = rest.popFirst() { shown.append(byte) }
        }
        return shown
    }

    /// Whether a word may be a secret access key (40 characters of Base64), a part of a token, or a key in hexadecimal. Host
    /// names, paths and UUIDs hardly ever have capitals, small letters and digits, or 32 letters and digits in a row.
    private static func isSecret(_ word: ArraySlice<UInt8>) -> Bool {
        guard word.count >= shortestSecret else { return false }
        let isMixed =
            word.contains(where: \.isDigit) && word.contains(where: \.isCapital)
            && word.contains { $0.isLetter && !$0.isCapital }
        return isMixed
            || word.split { !($0.isLetter || $0.isDigit) }.contains { part in
                part.count >= shortestSecret && part.contains(where: \.isDigit)
            }
    }

    private static let shortestSecret = 32

    /// Base64 in both alphabets without the padding, what joins the parts of a token, and what writes one of these
    /// characters otherwise: `\/` and `\u002F` in JSON, `%2F` in a URL, `&#47;` in XML.
    private static let secretBytes = ASCIISet(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-.~\\%&#;!$*@^")
}

extension UInt8 {
    fileprivate var isCapital: Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) }
}

extension Unicode.Scalar {
    fileprivate var isPrintableASCII: Bool { (0x20...0x7E).contains(value) }
}

extension ProcessMessage? {
    /// The end of a sentence about the program; empty without a message.
    var clause: String { map { "; to its standard error it wrote: \($0)" } ?? "" }
}
