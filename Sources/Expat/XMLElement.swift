/// An element of an XML document: its name as it is written, its own text, and the elements in it, in order.
/// Attributes, comments and processing instructions are dropped.
public struct XMLElement: Sendable, Equatable {
    /// With its prefix, if it has one: namespaces are not resolved.
    public let name: String
    /// All text directly inside, without that of the elements inside. White space is kept.
    public internal(set) var text = ""
    /// The elements directly inside, in the order of the document.
    public internal(set) var children: [XMLElement] = []

    init(name: String) {
        self.name = name
    }

    /// The first element inside with this name, or nil.
    public subscript(name: String) -> XMLElement? {
        children.first { $0.name == name }
    }

    /// The text of the element that the names lead to, each inside the one before; nil where there is none.
    public func text(at path: String...) -> String? {
        var element = self
        for name in path {
            guard let child = element[name] else { return nil }
            element = child
        }
        return element.text
    }
}

extension XMLElement: CustomStringConvertible, CustomReflectable {
    /// The names alone: a document may hold secrets.
    public var description: String {
        children.isEmpty ? name : "\(name)(\(children.map(\.description).joined(separator: ", ")))"
    }

    /// The name alone, so that `dump` shows no text either.
    public var customMirror: Mirror { Mirror(self, children: ["name": name]) }
}

extension XMLElement {
    /// Reads a whole document and gives its root.
    ///
    /// Bounded in time and memory by `sizeLimit`, in bytes, and `depthLimit`, in elements. The encoding is what the
    /// document says: UTF-8, UTF-16, ISO-8859-1 or US-ASCII.
    public static func root(
        of document: [UInt8], sizeLimit: Int = 1 << 16, depthLimit: Int = 32
    ) throws(XMLError) -> XMLElement {
        guard document.count <= sizeLimit else { throw .tooLarge(limit: sizeLimit) }
        return try ExpatParser(ElementStack(depthLimit: depthLimit)).parse(document)
    }
}

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
