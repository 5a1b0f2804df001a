/// Why a file could not be used.
public enum FileFault: Error, Sendable, Equatable, CustomStringConvertible {
    /// It is needed and not there.
    case missing
    /// The process may not read it.
    case permissionDenied
    /// It is a directory, a device or a pipe.
    case notRegular
    /// It is larger than this many bytes.
    case tooLarge(limit: Int)
    /// It is not text in UTF-8.
    case notText
    /// The system refused for another reason.
    case unreadable

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
