import FoundationEssentials

/// The shared conformance data, which lives beside the repository or where `VECTORS` says.
enum Vectors {
    static let folder: String = {
        if let folder = ProcessInfo.processInfo.environment["VECTORS"] { return folder + "/credentials" }
        let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return repository.deletingLastPathComponent().path + "/shared/vectors/credentials"
    }()

    /// In CI a missing folder is a failure, not a reason to skip.
    static let isToBeUsed =
        FileManager.default.fileExists(atPath: folder) || ProcessInfo.processInfo.environment["CI"] == "true"

    static let whySkipped: String = "skipped: no vectors at \(folder)"

    static func decode<Value: Decodable>(_ path: String) throws -> Value {
        try JSONDecoder().decode(Value.self, from: Data(contentsOf: URL(filePath: folder + "/" + path)))
    }

    static func names(in path: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder + "/" + path).sorted()
    }
}
