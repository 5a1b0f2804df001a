import AWSCredentials
import Formats
import FoundationEssentials
import SigV4
import TestSupport
import Testing

/// One folder of the recorded cases.
struct RecordedCase {
    let environment: [String: String]
    let recording: Recording
    /// The expected credentials; nil where the case expects an error.
    let credentials: Credentials?
    let files: FileReader
    private let copy: Folder?

    init(_ folder: String) throws {
        environment = try Vectors.decode(from: "credentials/" + folder + "/env.json")
        recording = try Recording(folder + "/http-traffic.json")
        let result = try (Vectors.decode(from: "credentials/" + folder + "/test-case.json") as Description).result
        credentials = result.Ok?.credentials
        if credentials == nil { _ = try #require(result.ErrorContains) }
        let root = Vectors.folder + "/credentials/" + folder + "/fs"
        copy = try Folder(copying: root)
        files = copy?.files ?? FileReader(root: root)
    }

    /// An hour before the credentials expire: some of the recordings are old.
    var now: Timestamp { credentials?.expiration.map { $0 + -3_600 } ?? .noon }

    private struct Description: Decodable {
        let result: Outcome
    }

    private struct Outcome: Decodable {
        let Ok: Keys?
        let ErrorContains: String?
    }

    private struct Keys: Decodable {
        let access_key_id: String
        let secret_access_key: String
        let session_token: String?
        let expiry: Double?

        var credentials: Credentials {
            Credentials(
                accessKeyID: access_key_id, secretAccessKey: secret_access_key, sessionToken: session_token,
                expiration: expiry.map(Timestamp.init(secondsSinceEpoch:)))
        }
    }
}

extension Folder {
    /// A copy in which `credential_process` names the shell that the cases expect: this program uses none by itself. Nil
    /// where no profile has a program.
    fileprivate convenience init?(copying root: String) throws {
        let file = "/home/.aws/config"
        guard let config = try? String(contentsOf: URL(filePath: root + file), encoding: .utf8),
            let command = config.firstMatch(of: /(?m)^credential_process = (.*)$/)
        else { return nil }
        try self.init()
        let quoted = command.1.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        try write(config.replacing(command.1, with: "sh -c \"\(quoted)\""), to: file)
    }
}
