import FoundationEssentials
public import Testing

/// The vectors: test data from outside the project, in a folder beside the repository or where `VECTORS` says.
public enum Vectors {
    /// Without a slash at its end.
    public static let folder: String = {
        if let folder = ProcessInfo.processInfo.environment["VECTORS"] { return folder }
        let repository = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        return "/\(repository)/../shared/vectors"
    }()

    /// False where the folder is absent. Always true in continuous integration: there a test without its vectors fails.
    public static let areExpected = FileManager.default.fileExists(atPath: folder) || TestRun.isContinuousIntegration

    /// What a test that is skipped says.
    public static let absence: Comment = "skipped: no vectors at \(folder)"

    public static func text(_ path: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: "\(folder)/\(path)")), as: UTF8.self)
    }

    public static func decode<Value: Decodable>(_ type: Value.Type = Value.self, from path: String) throws -> Value {
        try JSONDecoder().decode(type, from: Data(contentsOf: URL(filePath: "\(folder)/\(path)")))
    }

    /// The names in a folder, sorted; none if there is no such folder.
    public static func names(in path: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(path)")) ?? []).sorted()
    }
}

extension Trait where Self == ConditionTrait {
    /// Skips the test where the vectors are absent; in continuous integration it runs, and fails without them.
    public static var needsVectors: Self { .enabled(if: Vectors.areExpected, Vectors.absence) }

    /// Runs the test only with LONG_TESTS=1, in a release build: it takes minutes and gigabytes.
    public static var longOnly: Self { .enabled(if: TestRun.isLong, "skipped: set LONG_TESTS=1") }
}
