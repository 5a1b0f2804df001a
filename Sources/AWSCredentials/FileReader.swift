import FoundationEssentials

/// Reads small text files whole, below a directory that stands for the file system's root.
///
/// Only regular files of bounded size are opened: a pipe could block for ever, and a wrong path must not fill memory.
public struct FileReader: Sendable {
    private let root: String
    private let limit: Int

    /// `root` is put before every path; `limit` is the largest file accepted, in bytes.
    public init(root: String = "", limit: Int = 1 << 20) {
        self.root = root
        self.limit = limit
    }

    /// The file's text without a byte order mark, or nil where there is no such file. Symbolic links are followed,
    /// because mounted secrets are links.
    func text(of path: String) throws(FileReaderError) -> String? {
        // The customary way to say "no file at all", though not a regular one.
        if path == "/dev/null" { return nil }
        guard let bytes = try bytes(of: path) else { return nil }
        let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let content = bytes.starts(with: byteOrderMark) ? bytes.dropFirst(byteOrderMark.count) : bytes[...]
        guard let text = String(validating: content, as: UTF8.self) else { throw .notText }
        return text
    }

    /// The text of a file that has to exist. Throws `unreadableFile`.
    func requiredText(of path: String) throws(CredentialsError) -> String {
        do throws(FileReaderError) {
            guard let text = try text(of: path) else { throw FileReaderError.missing }
            return text
        } catch {
            throw .unreadableFile(path: path, error)
        }
    }

    /// The file's content, or nil where there is no such file. Symbolic links are followed.
    func bytes(of path: String) throws(FileReaderError) -> [UInt8]? {
        let file = URL(filePath: root + path).resolvingSymlinksInPath()
        do {
            let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
            guard attributes[.type] as? FileAttributeType == .typeRegular else { throw FileReaderError.notRegular }
            guard let size = Self.size(attributes[.size]), size <= limit
            else { throw FileReaderError.tooLarge(limit: limit) }
            return Array(try Data(contentsOf: file))
        } catch {
            return try absence(of: file, or: error)
        }
    }

    /// FoundationEssentials gives an unsigned number. Where the whole of Foundation is loaded too, it gives a number type
    /// of its own that converts to a signed integer only.
    private static func size(_ value: Any?) -> Int? {
        (value as? UInt).map { Int(clamping: $0) } ?? value as? Int
    }

    /// Nil where the error says that there is no such file.
    private func absence(of file: URL, or error: any Error) throws(FileReaderError) -> [UInt8]? {
        switch (error as? FileReaderError, (error as? CocoaError)?.code) {
        case (let error?, _): throw error
        case (_, .fileReadNoSuchFile?): return nil
        case (_, .fileReadNoPermission?): throw .permissionDenied
        default:
            guard isBlocked(file.path) else { throw .unreadable }
            return nil
        }
    }

    /// Whether a component before the last is not a directory, such as a home directory that is `/dev/null`.
    private func isBlocked(_ path: String) -> Bool {
        let slashes = path.utf8.indices.dropFirst().filter { path.utf8[$0] == UInt8(ascii: "/") }
        return slashes.contains { slash in
            var isDirectory = false
            return FileManager.default.fileExists(atPath: String(path[..<slash]), isDirectory: &isDirectory)
                && !isDirectory
        }
    }
}

/// Why a file could not be used.
public enum FileReaderError: Error, Sendable, Equatable {
    /// It is needed and does not exist.
    case missing
    /// The process may not read it.
    case permissionDenied
    /// It is a directory, a device or a pipe.
    case notRegular
    /// It is larger than this many bytes.
    case tooLarge(limit: Int)
    /// It is not text in UTF-8.
    case notText
    /// The system refused for another reason, such as too many open files.
    case unreadable

    var recovery: CredentialsError.Recovery { self == .unreadable ? .soon : .later }
}

extension FileReaderError: CustomStringConvertible {
    /// The predicate of a sentence whose subject is the file.
    public var description: String {
        switch self {
        case .missing: "does not exist"
        case .permissionDenied: "cannot be read: permission denied"
        case .notRegular: "is not a regular file"
        case .tooLarge(let limit): "is larger than \(limit) bytes"
        case .notText: "is not text in UTF-8"
        case .unreadable: "cannot be read"
        }
    }
}
