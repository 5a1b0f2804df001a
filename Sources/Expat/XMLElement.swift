/// An element of an XML document: its name as it is written, its own text, and its child elements in order.
/// Attributes, comments and processing instructions are dropped.
public struct XMLElement: Sendable, Equatable {
    /// With its prefix, if it has one: namespaces are not resolved.
    public let name: String
    /// All text directly in this element, without that of its children. White space is kept.
    public internal(set) var text = ""
    /// The child elements, in the order of the document.
    public internal(set) var children: [XMLElement] = []

    init(name: String) {
        self.name = name
    }

    /// The first child with this name, or nil.
    public subscript(name: String) -> XMLElement? {
        children.first { $0.name == name }
    }

    /// The text of the element at this path of names, each a child of the one before; nil if there is none.
    public func text(at path: String...) -> String? {
        var element = self
        for name in path {
            guard let child = element[name] else { return nil }
            element = child
        }
        return element.text
    }
}

extension XMLElement {
    /// The code, where this is the root of an error of AWS's: `Error` itself, or around it `ErrorResponse` or `Response`, and
    /// in some services a list of one.
    public var awsErrorCode: String? {
        name == "Error" ? text(at: "Code") : (self["Errors"] ?? self).text(at: "Error", "Code")
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
    /// Reads a whole document and returns its root.
    ///
    /// `sizeLimit`, in bytes, and `depthLimit`, in elements, bound its time and memory. The document says its encoding:
    /// UTF-8, UTF-16, ISO-8859-1 or US-ASCII.
    /// - Throws: Every ``XMLError``.
    public static func root(
        of document: [UInt8], sizeLimit: Int = 1 << 16, depthLimit: Int = 32
    ) throws(XMLError) -> XMLElement {
        guard document.count <= sizeLimit else { throw .tooLarge(limit: sizeLimit) }
        return try ExpatParser(ElementStack(depthLimit: depthLimit)).parse(document)
    }
}

/// Why a document was not read. Holds nothing of its content.
public enum XMLError: Error, Sendable, Equatable {
    /// It has more than this many bytes.
    case tooLarge(limit: Int)
    /// An element and its ancestors are more than this many.
    case tooDeep(limit: Int)
    /// It declares a document type. With the entities that are declared there a small document becomes a large one, or reads
    /// files; no service needs them.
    case documentType
    /// It breaks XML's grammar in this line, counted from 1.
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
