/// Why a document was not read. Says nothing of its content.
public enum XMLError: Error, Sendable, Equatable {
    /// It has more than this many bytes.
    case tooLarge(limit: Int)
    /// An element lies inside more than this many others, itself counted.
    case tooDeep(limit: Int)
    /// It declares a document type. Entities and what else is declared there are the ways in which a small document
    /// becomes a large one, or reads files; no service needs them.
    case documentType
    /// It breaks XML's grammar, in this line, counted from 1.
    case malformed(line: Int)
}

extension XMLError: CustomStringConvertible {
    /// The predicate of a sentence whose subject is the document.
    public var description: String {
        switch self {
        case .tooLarge(let limit): "is larger than \(limit) bytes"
        case .tooDeep(let limit): "nests its elements deeper than \(limit)"
        case .documentType: "declares a document type"
        case .malformed(let line): "is not well-formed XML in line \(line)"
        }
    }
}
