import FoundationEssentials

/// Where test data made by others lies, outside of the repository.
enum Vectors {
    static let folder =
        ProcessInfo.processInfo.environment["VECTORS"] ?? path(of: #filePath, droppingLast: 4) + "/shared/vectors"

    static let isContinuousIntegration = ProcessInfo.processInfo.environment["CI"] == "true"

    /// Whether to run: where the data must be there, its absence is to fail and not to pass unseen.
    static let areExpected = isContinuousIntegration || FileManager.default.fileExists(atPath: folder)

    static func text(_ path: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: folder + "/" + path)), as: UTF8.self)
    }

    /// The names of the folders in `path`, sorted; none if there is no such folder.
    static func cases(in path: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder + "/" + path)) ?? []).sorted()
    }

    private static func path(of file: String, droppingLast count: Int) -> String {
        file.split(separator: "/", omittingEmptySubsequences: false).dropLast(count).joined(separator: "/")
    }
}
