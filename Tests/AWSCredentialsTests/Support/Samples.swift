import AWSCredentials
import Formats
import FoundationEssentials
import SigV4

extension Timestamp {
    static let noon = Timestamp(rfc3339: "2026-11-24T12:00:00Z")!

    static func + (time: Timestamp, seconds: Int64) -> Timestamp { time.adding(milliseconds: seconds * 1_000) }
}

extension AWSClock {
    /// A clock that stands still.
    static var noon: AWSClock {
        let instant = ContinuousClock.now
        return AWSClock(wallTime: { .noon }, instant: { instant })
    }
}

extension Credentials {
    /// A different set for each number.
    static func number(_ number: Int, until expiration: Timestamp? = nil) -> Credentials {
        Credentials(
            accessKeyID: "AKID\(number)", secretAccessKey: "HUSH\(number)", sessionToken: "TOKEN\(number)",
            expiration: expiration)
    }
}

extension CredentialsRefresher {
    /// The set in use at a time of the test, with a deadline that no test reaches.
    func current(at now: Timestamp) async throws(CredentialsError) -> Credentials {
        try await credentials(for: .current, at: now, by: .now + .seconds(3_600))
    }

    /// Another set at a time of the test, with a deadline that no test reaches.
    func replacement(for rejected: Credentials, at now: Timestamp) async throws(CredentialsError) -> Credentials {
        try await credentials(for: .replacement(for: rejected), at: now, by: .now + .seconds(3_600))
    }
}

extension ProviderResult {
    /// The credentials, if any were found.
    var credentials: Credentials? {
        guard case .found(let credentials, _) = self else { return nil }
        return credentials
    }
}

extension CredentialsOrigin {
    /// A source whose sets AWS may accept past their expiration.
    static let stable = CredentialsOrigin("test", isStaticallyStable: true)
    /// A source whose sets are useless after their expiration.
    static let plain = CredentialsOrigin("test")
}

/// A new directory below the temporary one, removed at the end of its lifetime.
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
