import AWSCredentials
import Formats
import FoundationEssentials
import SigV4

extension Timestamp {
    static let noon = Timestamp(rfc3339: "2026-11-24T12:00:00Z")!

    static func + (time: Timestamp, seconds: Int64) -> Timestamp { time.adding(milliseconds: seconds * 1_000) }
}

extension Credentials {
    /// A set of its own for each number.
    static func number(_ number: Int, until expiration: Timestamp? = nil) -> Credentials {
        Credentials(
            accessKeyID: "AKID\(number)", secretAccessKey: "HUSH\(number)", sessionToken: "TOKEN\(number)",
            expiration: expiration, accountID: nil)
    }
}

extension ProviderResult {
    /// What was found, wherever it came from.
    var credentials: Credentials? {
        guard case .found(let credentials, _) = self else { return nil }
        return credentials
    }
}

extension CredentialsOrigin {
    /// A source whose sets AWS may take past their end.
    static let stable = CredentialsOrigin("test", isStaticallyStable: true)
    /// A source whose sets end when they say so.
    static let plain = CredentialsOrigin("test")
}

/// A directory of its own below the temporary one, removed with the value that owns it.
final class Folder: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/credentials-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var files: FileReader { FileReader(root: path) }

    /// Writes a file, making the directories above it.
    func write(_ text: String, to file: String) throws {
        try write(Data(text.utf8), to: file)
    }

    func write(_ bytes: Data, to file: String) throws {
        let url = URL(filePath: path + file)
        try FileManager.default.createDirectory(
            atPath: url.deletingLastPathComponent().path, withIntermediateDirectories: true)
        try bytes.write(to: url)
    }

    /// Writes a file beside the old one, and gives it the old one's name.
    func replace(_ file: String, with text: String) throws {
        try Data(text.utf8).write(to: URL(filePath: path + file), options: .atomic)
    }
}
