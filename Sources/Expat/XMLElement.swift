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
