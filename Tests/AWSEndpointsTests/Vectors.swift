import FoundationEssentials
import Testing

/// Test data that nobody on this project wrote; it lies beside the repository.
enum Vectors {
    static let folder: String = {
        if let folder = ProcessInfo.processInfo.environment["VECTORS"] { return folder }
        let repository = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        return "/\(repository)/../shared/vectors"
    }()

    /// Continuous integration must have them.
    static let areWanted =
        FileManager.default.fileExists(atPath: folder) || ProcessInfo.processInfo.environment["CI"] == "true"

    static let absence: Comment = "skipped: no vectors at \(folder)"

    static func decode<Value: Decodable>(_ type: Value.Type, from path: String) throws -> Value {
        try JSONDecoder().decode(type, from: Data(contentsOf: URL(filePath: "\(folder)/\(path)")))
    }
}
